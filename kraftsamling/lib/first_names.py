"""First names that are common among the young and their parents in Sweden. Words that are also something else stay out."""

_NAMES = """
    Abbas Abdi Abdirahman Abdullah Abdullahi Abigail Abshir Ada Adam Adele Adelina Adil Adina Adnan Adrian Agnes Ahmad Ahmed
    Ahmet Aicha Aida Aisha Ajla Albin Aleksander Aleksandra Alex Alexander Alexandra Alexis Alfons Alfred Ali Alice Alicia
    Alina Alisha Allan Alma Almira Alva Alvar Alvin Amalia Amanda Amelia Amelie Amin Amina Amine Amir Amira Amna Anas Anders
    Andrea Andreas Anette Angelica Anita Ann Anna Annie Annika Anton Antonia Arian Ariana Arman Artur Arvid Arvin Asma
    Astrid August Augusta Axel Ayan Ayla Ayub Azad Beata Beatrice Bella Belle Ben Bengt Benjamin Benny Bianca Bilal Birgitta
    Björn Bosse Bruno Cajsa Camilla Carl Carla Carolina Caroline Casper Cassandra Cecilia Celina Celine Charlie Charlotte
    Chloe Christian Christina Christoffer Clara Cornelia Daniel Daniela Danny Dante David Dawit Denise Deniz Dennis Diana
    Dilan Dina Dragan Ebba Ebbe Edda Eddie Edith Edvin Edward Egon Ehsan Einar Eira Elena Eli Elias Elif Elin Elina Elis
    Elisa Elisabet Elisabeth Elise Eliza Ella Ellen Ellie Ellinor Elliot Elma Elmer Elna Elof Elsa Elton Elvin Elvira Elvis
    Ema Emil Emilia Emilie Emily Emma Emmy Emre Engla Enya Eric Erik Erika Ermin Ester Esther Eva Evelina Evelyn Ewa Fabian
    Fadi Fadumo Fanny Farah Faris Fatima Fatma Fatou Felicia Felix Ferhat Filip Filippa Fiona Folke Frank Frans Fredrik
    Freja Frida Fritz Gabriel Gabriella Gerda Greta Gunilla Gunnar Gustaf Gustav Göran Habib Hadi Hailey Halima Hamid Hamza
    Hanna Hannah Hannes Harald Harry Harun Hassan Hawa Hawra Hedda Hedvig Helena Helge Helin Helmer Henning Henrik Hibo
    Hilda Hilma Hjalmar Hodan Holger Hugo Husein Hussein Håkan Ibrahim Ida Idris Idun Ikram Iman Ina Inga Ingela Inger
    Ingrid Irena Iris Irma Isa Isabel Isabell Isabella Isabelle Isac Isak Ismail Ivan Ivar Ivy Jack Jacob Jakob James Jamila
    Jana Jane Janna Jannike Jasmin Jasmine Jason Jennifer Jenny Jens Jerome Jessica Jim Jimmy Joakim Joar Joel Johan Johanna
    Johannes John Johnny Jon Jonas Jonatan Jonathan Jonna Josef Josefin Josefine Josephine Joshua Josip Julia Julian Juliana
    Julie Julius Jusuf Kaj Kajsa Kalle Karim Karin Karl Karolina Karwan Kasper Katarina Kattis Kerstin Kevin Khadija Khalid
    Khalil Kian Kim Klara Knut Konrad Kristian Kristina Kristoffer Kurt Lamin Lars Lasse Laura Lea Leah Leia Leila Lena
    Lennart Leo Leon Leona Leonard Leonardo Leonora Levi Leya Liam Lilian Lilja Lilly Lily Lina Linda Linn Linnea Linnéa
    Linus Lisa Lisbet Liselott Livia Loke Lotta Loui Louie Louis Louise Lova Love Lovis Lovisa Luca Lucas Lucia Ludvig Luis
    Luka Lukas Luna Lydia Lykke Madeleine Magdalena Magnus Mahmoud Mahmud Maja Majd Majken Malcolm Malek Malena Malik Malin
    Malte Malva Manne Marcus Margareta Margit Maria Mariam Mariana Marie Mariela Marina Marko Markus Marta Martha Martin
    Marwa Maryam Mateo Matheo Mathilda Matilda Matilde Mats Matteo Matteus Matthias Mattias Maximilian Maya Mehmet Meja
    Melina Melissa Melker Melvin Meryem Michael Michelle Mika Mikael Mikaela Mila Milan Milena Milla Millie Milo Milton
    Mimmi Mina Minea Minna Mira Miranda Miriam Moa Mohamad Mohamed Mohammad Mohammed Mohamud Moltas Mona Monica Monika
    Morgan Mostafa Muhammad Muna Musa Mustafa Märta Måns Nadia Nadja Nahom Naima Najma Naomi Natalia Natalie Nathalia
    Nathalie Nathan Nellie Nelly Nelson Neo Nicklas Nicole Nikita Niklas Nikola Nikolas Nils Nina Noa Noah Noel Nomi Noomi
    Noor Nour Novalie Nur Ola Olga Oliver Olivia Olle Olof Omar Omid Oscar Oskar Osman Otto Patricia Patrik Paul Paula
    Pauline Pelle Penny Pernilla Peter Petra Philip Philippa Pia Pim Pontus Rakel Rami Ramin Ramona Rana Rasmus Rawan Rayan
    Rebecca Rebecka Reza Richard Rickard Robert Robin Roger Rojin Roland Ronja Rosanna Ruben Rufus Rut Ruth Saga Sahra Said
    Salma Salman Salome Sam Sami Samir Samira Samuel Sana Sandra Sanna Santiago Sara Sarah Sasha Sebastian Selam Selena
    Selin Selina Selma Semir Sergej Shirin Sibel Sigge Signe Sigrid Simon Simona Siri Sirin Siv Sixten Sofia Sofie Soha
    Soran Stefan Stella Stig Stina Sumaya Sune Sunniva Susanna Susanne Svante Svea Sven Sylvia Tage Tanja Tara Tarik Tatiana
    Tea Teddy Tekla Teo Teodor Teresa Tess Thea Theo Theodor Theodora Theresa Therese Thilde Thomas Thor Tiffany Tilda Tilde
    Tilla Tilly Tim Timo Tindra Tobias Tom Tomas Tommy Torsten Tove Tristan Truls Tuva Tyra Ulf Ulla Ulrik Ulrika Valdemar
    Valentin Valter Vanessa Vanja Veronica Veronika Victor Victoria Vidar Viggo Viktor Viktoria Vilda Vilgot Vilhelm Ville
    Vilma Vilmer Vincent Viola Vivianne Walter Wilhelm William Willy Wilma Wilmer Yasin Yasir Yasmin Yasmine Ylva Yonas
    Yosef Younes Youssef Yrsa Yusra Yusuf Yvonne Åke Åsa Örjan Zacharias Zackarias Zahra Zainab Zakaria Zara Zelda Zeynep
    Zoe Zoey
"""
FIRST_NAMES = frozenset(_NAMES.split())
