"""Invented people, and the organisations named in the source documents."""

from typing import NamedTuple

from kraftsamling.accounts.models import LegalForm, OrganisationKind
from kraftsamling.programmes.models import Role


class DemoOrganisation(NamedTuple):
    """Name, organisation number, kind, legal form and seat. Numbers of associations are invented, with a right check digit."""

    key: str
    name: str
    org_number: str
    kind: str
    legal_form: str
    seat: str


M, N = OrganisationKind.MUNICIPALITY, LegalForm.MUNICIPALITY
ORGANISATIONS = [
    DemoOrganisation("region", "Region Örebro län", "232100-0164", OrganisationKind.REGION, N, "1880"),
    DemoOrganisation("lekeberg", "Lekebergs kommun", "212000-2981", M, N, "1814"),
    DemoOrganisation("laxa", "Laxå kommun", "212000-1918", M, N, "1860"),
    DemoOrganisation("hallsberg", "Hallsbergs kommun", "212000-1926", M, N, "1861"),
    DemoOrganisation("degerfors", "Degerfors kommun", "212000-1934", M, N, "1862"),
    DemoOrganisation("hallefors", "Hällefors kommun", "212000-1942", M, N, "1863"),
    DemoOrganisation("ljusnarsberg", "Ljusnarsbergs kommun", "212000-1959", M, N, "1864"),
    DemoOrganisation("orebro", "Örebro kommun", "212000-1967", M, N, "1880"),
    DemoOrganisation("kumla", "Kumla kommun", "212000-1975", M, N, "1881"),
    DemoOrganisation("askersund", "Askersunds kommun", "212000-1983", M, N, "1882"),
    DemoOrganisation("karlskoga", "Karlskoga kommun", "212000-1991", M, N, "1883"),
    DemoOrganisation("nora", "Nora kommun", "212000-2007", M, N, "1884"),
    DemoOrganisation("lindesberg", "Lindesbergs kommun", "212000-2015", M, N, "1885"),
    DemoOrganisation("universitet", "Örebro universitet", "202100-2924", OrganisationKind.UNIVERSITY, LegalForm.STATE, "1880"),
    DemoOrganisation("stadsmission", "Örebro stadsmission", "", OrganisationKind.FOUNDATION, LegalForm.FOUNDATION, "1880"),
    DemoOrganisation("medborgarskolan", "Medborgarskolan", "", OrganisationKind.STUDY_ASSOCIATION, LegalForm.NON_PROFIT, "1880"),
    DemoOrganisation(
        "vuxenskolan", "Studieförbundet Vuxenskolan", "", OrganisationKind.STUDY_ASSOCIATION, LegalForm.NON_PROFIT, "1880"
    ),
    DemoOrganisation("folketshus", "Folkets hus Ljusnarsberg", "", OrganisationKind.ASSOCIATION, LegalForm.NON_PROFIT, "1864"),
    DemoOrganisation("rfsisu", "RF-SISU Örebro län", "", OrganisationKind.STUDY_ASSOCIATION, LegalForm.NON_PROFIT, "1880"),
]

PEOPLE = {
    "kommun": ("Maja Lindqvist-Berg", "hallsberg"),
    "kommun.kollega": ("Oskar Tallmo", "hallsberg"),
    "firmatecknare": ("Birgitta Hallgrensdotter", "hallsberg"),
    "forening": ("Samira Nordhage", "vuxenskolan"),
    "processledare": ("Elin Skogsäter", None),
    "processteam": ("Jonas Vretfors", None),
    "granskare": ("Amina Kjellvik", None),
    "beslut": ("Göran Ekmarker", None),
    "ekonom": ("Lotta Silverås", None),
    "kommunikator": ("David Brunnstad", None),
    "styrgrupp": ("Ingrid Sandhammar", None),
    "referensgrupp": ("Petter Björkenstam-Lo", None),
    "admin": ("Kim Älvros", None),
}
"""Account name: an invented person, and the organisation they belong to."""

MORE_REVIEWERS = {"granskare.tva": "Henrik Åsbrink-Dahl", "granskare.tre": "Fatima Lövgård"}

ROLES = {
    "processledare": Role.PROCESS_LEADER,
    "processteam": Role.PROCESS_TEAM,
    "granskare": Role.REVIEWER,
    "granskare.tva": Role.REVIEWER,
    "granskare.tre": Role.REVIEWER,
    "beslut": Role.DECISION_MAKER,
    "ekonom": Role.FINANCE_OFFICER,
    "kommunikator": Role.COMMUNICATIONS_OFFICER,
    "styrgrupp": Role.STEERING_GROUP,
    "referensgrupp": Role.REFERENCE_GROUP,
    "admin": Role.ADMINISTRATOR,
}

WRITERS = [
    "Alva Granström",
    "Nils Hagelborn",
    "Rebecka Furuskog",
    "Tove Månsbo",
    "Adam Ljungfors",
    "Linnea Östmark",
    "Viktor Sjöhed",
]
"""Who writes for organisations that have no account in the list on the log-in page."""
