"""Sentences as they stand in sketches, applications, reports, interviews and minutes. Nobody in them is anybody."""

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraftsamling.lib.single_child import single_child_hints

ASKED_ABOUT = """
    En flicka i åk 8 har autism.
    Klass 7B på Alléskolan: Kalle Svensson bråkade.
    Vår elev Kim, 13 år, har börjat komma tillbaka.
    Elvira går i 7B och trivs bättre nu.
    Åke, elev på Norrskolan, fick en egen mentor.
    Lisa går i klass 4B och mår dåligt.
    Vi har särskilt följt en pojke i 7B.
    En av flickorna i åk 8 har varit hemma sedan jul.
    En av eleverna på Alléskolan har skyddad identitet.
    En 13-årig pojke kom till oss i augusti.
    Den 14-åriga flickan bor hos sin mormor.
    13-åringen hade inte varit i skolan på ett halvår.
    En 15-åring på Alléskolan stoppades med narkotika.
    Hon går i åttan och har inga vänner.
    Han är 14 år och bor i familjehem.
    Flicka, årskurs 8: ”Ingen lyssnar på mig.”
    ”Jag vågar säga vad jag tycker nu.” (Pojke, åk 9)
    Tjej 16 år, placerad sedan i våras.
    Elev i 7B med hög frånvaro fick hembesök varje vecka.
    En ungdom på 17 år har lämnat gänget.
    En kille i 15-årsåldern hotade personalen.
    En elev slog en kamrat på skolgården i september.
    En flicka berättade att hon blev slagen hemma.
    Min son har adhd och fick aldrig någon hjälp.
    En mamma berättade att hennes son, 12 år, inte går till skolan.
    Mamman till en pojke i åk 6 hörde av sig.
    Pojken i klass 5A har fått resursperson.
    Flickan har autism och klarar inte stora grupper.
    Eleven Kim bytte grupp efter höstlovet.
    Flickan Samira kommer nu varje tisdag.
    Vi kan kalla henne Sara.
    En elev som heter Ali har tagit över musiken.
    En pojke vid namn Elis fick börja om i en mindre grupp.
    Elev A, 14 år, deltog vid alla träffar.
    K.S., 14 år, Norrskolan, har återkommit till undervisningen.
    Kim (14 år) ville inte vara med på bilden.
    Sara Lindberg, 9 år, ritade framsidan.
    Mohammed i åk 8 är drivande i ungdomsrådet.
    Emma utreds för adhd och väntar på tid hos BUP.
    Liam har inte varit i skolan sedan mars.
    Ali är placerad i familjehem i Kumla.
    Eleven i 7B fick byta skola efter händelsen.
    Barnet, 9 år, bor växelvis hos föräldrarna.
    En nyanländ flicka i årskurs 9 vill bli sjuksköterska.
    1 flicka i åk 9 saknar betyg i matematik.
    Vi hade orosmöten om en elev på Brickebackens skola.
    Ett barn i förskoleklassen, Elias Holm, 6 år, sprang därifrån.
    Styrgruppen talade om Alva Berg som börjar i klass 7B efter lovet.
    Hans dotter i trean vågar inte gå hem själv.
    En tyst kille från 8C har börjat prata med fritidsledarna.
    Socialtjänsten har kontakt med en tjej i klass NA2b.
    Den unge, 16 år, flyttade hem igen i maj.
    Vår yngsta deltagare, 12 år, höll i avslutningen.
    Elev, åk 7: ”Det är lugnare i korridoren.”
    En tonåring försökte ta sitt liv under sommaren.
    Zeynep går i 9A och leder läxhjälpen.
    Kim börjar i sjuan på en ny skola.
    Kalle bråkade i klass 7B hela hösten.
    Dottern har fått diagnosen autism och är hemma.
    Vi pratade om Kim Berg som går i sjuan.
    Eleven har adhd och fick en lugn plats.
    Sara är hemmasittare sedan ett år.
    16-årige Ali dömdes i våras.
    Elev i åk 9, hög frånvaro, fick hembesök varje vecka.
    Hon går i årskurs 8 och har inga vänner.
    Elev B i åk 8 deltog vid alla träffar.
"""
ABOUT_GROUPS = """
    En grupp flickor i åk 8 har träffats varje vecka.
    Elever i klass 7B har svarat på enkäten.
    en av tre elever saknar en vuxen att prata med
    Alla 13-åringar i kommunen har fått erbjudandet.
    Projektledaren Kalle Svensson bjöd in skolorna.
    skolan har en elevhälsa som möter alla i årskurs 7
    Vi möter elever i årskurs 7.
    Barn och unga i hela länet.
    Örebro är stort. De går i skolan.
    Målgruppen är flickor och icke-binära unga, 13–16 år.
    Rektor Anna Berg på Alléskolan leder arbetet.
    Mentorn Kim Lind i klass 7B följer upp frånvaron varje vecka.
    Sara Lind är lärare i årskurs 7 och sitter i arbetsgruppen.
    Alla elever i årskurs 7 får samtal med elevhälsan.
    Undervisningen i klass 7B har blivit lugnare.
    Trivseln i årskurs 8 har ökat med tio procentenheter.
    En klass i åk 8 provade metoden under höstterminen.
    En förälder i varje klass är föräldrarepresentant.
    Varje elev i årskurs 7 har en vuxen som är ansvarig.
    När en elev i årskurs 8 kommer för sent ringer skolan hem.
    Om ett barn i åk 4 ofta är borta kallar skolan till möte.
    En elev i årskurs 7–9 ska kunna nå kuratorn samma dag.
    En elev i årskurs 9 kostar i snitt 130 000 kronor om året.
    En elev från varje klass i årskurs 8 sitter i elevrådet.
    Minst en elev i åk 9 från varje skola är med i ungdomsrådet.
    Hälften av eleverna på Alléskolan har varit med.
    En tredjedel av pojkarna i årskurs 9 rör sig för lite.
    Två fritidsledare arbetar på Norrskolan.
    Projektet pågår i 3 år och omfattar fyra kommuner.
    Efter 10 år finns metoden kvar i hela länet.
    Åldersgränsen är 13 år.
    Verksamheten är öppen för unga från 13 år.
    Ungdomar 13 till 16 år bjuds in på fredagar.
    En stor del av barnen i åk 6 saknar fritidsaktivitet.
    Ett tiotal barn i åk 5 deltog på lovet.
    Ett barn har rätt att bli lyssnat på.
    Barnet i centrum är vår gemensamma modell.
    Eleven i fokus innebär tidiga insatser i årskurs 1–3.
    Eleven ska känna sig trygg i skolan.
    En elev som trivs lär sig mer.
    En trygg vuxen per elev är målet.
    Flickor med adhd får ofta sin diagnos sent.
    En elev med adhd behöver tydlig struktur.
    Barn med autism är en av våra målgrupper.
    Var femte elev i åk 9 har hög frånvaro.
    Antal elever i åk 8: 124.
    Kumla, 15 år av samverkan mellan skola och fritid.
    Anna Berg höll en workshop i klass 7B.
    Skolsköterskan Eva Holm och kuratorn möter alla i åk 8.
    Kontaktperson: Karin Ström, Hallsbergs kommun.
    Statistik om 15-åringar hämtas från Folkhälsomyndigheten.
    En genomsnittlig 15-åring sover sju timmar.
    En 15-åring ska kunna få hjälp samma dag.
    Ungdomsrådet på Alléskolan har valt teman.
    Karolinska skolan i Örebro har 900 elever.
    Vändpunkten riktar sig till elever som går i årskurs 7.
    Elevrådet går i bräschen för arbetet.
    Rätt stöd i rätt tid: från förskoleklass till årskurs 9.
    Flickan och pojken i bilden är ritade.
    En ungdomsledare på 50 procent anställs.
    Kommunen har en elevcoach på Södra skolan.
    Nämnden beslutade 2026-03-12 att bifalla ansökan.
    Så lever vi i åk 7 är ett material om relationer.
    Unga kvinnor 16–25 år är en prioriterad grupp.
    Deltagarna var i snitt 14 år.
    Enkäten har besvarats av 412 elever i klass 6 och 9.
    Tre av fyra flickor i åk 9 uppger att de mår bra.
    En handfull ungdomar i 15-årsåldern kommer varje kväll.
    Med en skolnärvaroutredning i åk 7 fångar vi tidiga tecken.
    Per Johansson, verksamhetschef, ansvarar för klass 7B.
    Petra Dahl visade resultat i årskurs 9.
    Anna Berg berättade om arbetet i årskurs 7.
    Erik Ström börjar på Alléskolan den 1 augusti.
    Ida Holm har adhd-utbildning och stöttar skolorna.
    Emma Holm är placerad vid enheten för välfärd.
    Eleven med adhd får ofta sitta nära läraren.
    Närmare stöd till barnet (Barnkonventionen, artikel 3).
    Hellre hjälp tidigt till eleven, Bris årsrapport 2025.
    Överenskommelsen är en 12-årig satsning.
    Den 15-åriga överenskommelsen förlängs.
    Johan Lind på Norrskolan hälsade välkommen.
    Elev åk 7: 34 procent svarade.
    Om han eller hon är 15 år krävs samtycke.
    Hälften av dem har en diagnos.
    Nora kommun och Hällefors har arbetat så i 10 år.
    Signe Ström, elevassistent i åk 8, deltog i utbildningen.
    Sju elever, två lärare och rektor deltog från klass 7B.
    Eva Holm, Kim Lind och Sara Dahl utgör arbetsgruppen.
    Flickor i åk 8 mådde dåligt oftare än pojkar.
    En flickgrupp i åk 8 startar i januari.
    Kim Lind (7B) är mentor för hela arbetslaget.
    Sara Holm i årskurs 7 är ny specialpedagog.
    Vi började med en elev; i årskurs 8 deltog sedan alla.
    En elev i årskurs 7–9 har i regel fler lärare än förut.
    Ett barn i årskurs 3 till 5 har i regel en klasslärare.
    En deltagare har varit med i 5 år.
    Sara Holm, 12 år efter starten, minns hur det började.
    Vår syn på barn i åk 4 har ändrats.
    Rätten till hjälp gäller barnet (Unicef, 2024).
    En person på Alléskolan samordnar arbetet.
    Ingen elev i åk 9 lämnades utan stöd.
    En genomsnittlig 15-åring på Alléskolan sover sju timmar.
"""
LONG = 200_000
WITHIN_SECONDS = 1
PIECES = [
    "a",
    "A",
    "7B ",
    ", ",
    ". ",
    "(",
    "–",
    "\n",
    "en ",
    "En flicka ",
    "barn ",
    "Kim ",
    "i åk 8 ",
    "13 år ",
    "13-årig ",
    "bråkade ",
    "hon är ",
]


def _sentences(text):
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("sentence", _sentences(ASKED_ABOUT))
def test_a_single_child_is_asked_about(sentence):
    [hint] = single_child_hints(sentence)
    assert hint in sentence
    assert hint == hint.strip(" ,(")


@pytest.mark.parametrize("sentence", _sentences(ABOUT_GROUPS))
def test_what_is_about_groups_or_grown_ups_is_not_asked_about(sentence):
    assert single_child_hints(sentence) == []


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        ("Elvira går i 7B", ["Elvira går i 7B"]),
        ("Åke, elev på Norrskolan", ["Åke, elev på Norrskolan"]),
        ("Vår elev Kim, 13 år", ["elev Kim"]),
        ("En flicka i åk 8 har autism", ["En flicka i åk 8"]),
        ("Klass 7B på Alléskolan: Kalle Svensson bråkade", ["Kalle Svensson bråkade"]),
        ("Kim (14 år) slutade.", ["Kim (14 år"]),
        ("Allt gick bra. En pojke i 7B\nflyttade.  Hon är 14\u00a0år.\nSlut", ["En pojke i 7B", "Hon är 14 år"]),
        ("Två rader\nEn flicka\ni åk 8", ["En flicka i åk 8"]),
        ("Rubrik: En flicka\nÅrskurs 8", []),
        ("", []),
    ],
)
def test_the_place_is_told_as_it_is_written_at_most_one_a_sentence(text, hints):
    assert single_child_hints(text) == hints


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_can_be_read_and_gives_at_most_one_hint_a_sentence(text):
    assert len(single_child_hints(text)) <= text.count("\n") + text.count(".") + 1


@pytest.mark.parametrize(
    "phrase",
    [
        "a", "Aa ", "en flicka ", "En elev i åk 7–9 ", "när en flicka i åk 8 ", "En flicka i åk 8 kan ", "En flicka i åk 8 kan.\n", "Kim Berg ",
        "Rektor Anna Berg i klass 7B ", "vår elev Örebro ", "elev K.S. ", "en av våra elever ", "i 13 år ", "13-åring ", "Kim-", ".\n", "\n", " ",
    ],
)  # fmt: skip
def test_the_longest_text_is_read_in_a_short_time(phrase):
    text = (phrase * LONG)[:LONG]
    assert any(_seconds(text) < WITHIN_SECONDS for _attempt in range(3))


def _seconds(text):
    began = thread_time()
    single_child_hints(text)
    return thread_time() - began
