"""Plain modules that know nothing of the programme: money, dates, transitions, text, documents."""
