"""The Swedish words and patterns by which a text tells of one child, and those by which it does not. All are bounded."""

import re


def _any(words: str) -> str:
    return "(?:" + "|".join(words.replace("_", r"\s") for words in words.split()) + ")"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SENTENCES = re.compile(r"(?<=[.!?])[”\"»)]?\s+(?=[A-ZÅÄÖ0-9”\"»(–—-])|\n(?![a-zåäö])")
WORD = re.compile(r"\w[\w-]{0,40}")

# ---- Who it may be

CHILD = _set(
    """
    elev grundskoleelev skolelev gymnasieelev högstadieelev mellanstadieelev lågstadieelev flicka pojke tjej kille skolflicka skolpojke
    tonårsflicka tonårspojke tonårstjej tonårskille ungdom tonåring unge barn skolbarn fosterbarn barnbarn deltagare brukare klient patient
    son dotter bonusson bonusdotter lillebror lillasyster storebror storasyster klasskamrat person kvinna man
    """
)
ALONE = _set("elev flicka pojke tjej kille ungdom tonåring son dotter")
"""Words that tell of one child also when they begin a line: “Flicka, årskurs 8”."""
CHILDREN = _set(
    "flickorna pojkarna tjejerna killarna eleverna barnen ungdomarna deltagarna elever flickor pojkar ungdomar barn tjejer killar"
)
THE_GIRL = _set("flickan pojken tjejen killen sonen dottern tonåringen unge kvinnan mannen")
THE_CHILD = _set("eleven barnet ungdomen klienten brukaren patienten deltagaren fosterbarnet")
PRONOUNS = _set("hon han hen")
ONE = _set("en ett 1 vår vårt min mitt hans hennes hens")
MOST_BETWEEN = 3
"""Words from “en” to the child, itself counted."""
ONE_OF = re.compile(r"\b(?i:en|ett)\sav\s(?:våra|de|dessa|mina|[a-zåäö]{1,20}s)?\s?(?:[a-zåäö]{1,20}a\s)?$")
YOUNG = re.compile(r"\b(?:ung|unga|unge)$", re.IGNORECASE)
THE_YOUNG = re.compile(r"\b[Dd]en\s(?:unga\s)?$")
BEGINS = re.compile(r"(?:^[–—-]?\s?|[(–—]\s?|[”\"»]\s?[,–—-]?\s?)$")

# ---- What makes a child recognisable

_NUMBER = _any("[4-9] 1\\d fyra fem sex sju åtta nio tio elva tolv tretton fjorton femton sexton sjutton arton nitton")
_AGE = rf"(?<![\d,.–—-])(?<!\bpå\s)\b{_NUMBER}\sår\b"
_LETTERED = r"(?:(?<![\d,.])[1-9]\s?[A-H]\b(?![-–:]\w)|(?<![\d,.])[1-9][a-h]\b(?![-–:]\w))"
_GRADE = _any("ettan tvåan trean fyran femman sexan sjuan åttan nian") + r"\b"
_NUMBERED = r"\b(?:[Åå]k|[Åå]rskurs|[Kk]lass|[Åå]rsk)\b\.?\s?(?:\d\d?(?:\s?[A-Ha-h])?|[A-Z]{1,3}\d\d?[a-z]?)\b"
_CLASS = rf"(?:(?:\b(?:i|på|från|ur)\s)?{_NUMBERED}|\b(?:i|på|från|ur)\s(?:{_GRADE}|{_LETTERED})|(?<=[,(]\s){_LETTERED}|(?<=\(){_LETTERED})"
_NO_SCHOOL = "Grund|För|Gymnasie|Hög|Folkhög|Kultur|Musik|Special|Sär|Anpassad|Fri|Yrkes|Sommar|Vuxen|Läxhjälp"
_SCHOOL_NAME = (
    rf"\b(?!{_NO_SCHOOL})[A-ZÅÄÖ][a-zåäöé]{{1,25}}"
    r"(?:skolan|skola|gymnasiet|gymnasium|\s(?:skola|skolan|gymnasiet|gymnasium|friskola))\b"
)
_SCHOOL = rf"\b(?:på|vid|i|från)\s{_SCHOOL_NAME}"
_MARK = rf"(?:{_CLASS}|{_SCHOOL}|{_AGE}|\bi\s{_NUMBER}-?årsåldern\b)"
_IN_SCHOOL = (
    r"\s(?:i|på|vid)\s"
    rf"(?:{_LETTERED}|{_GRADE}|{_NUMBERED}|{_SCHOOL_NAME}|(?:skolan|gymnasiet|högstadiet|mellanstadiet|lågstadiet)\b)"
)
_GOES_TO = rf"\b(?:(?:går|gick|pluggar|elev){_IN_SCHOOL}|börja(?:r|de)\si\s(?:{_LETTERED}|{_GRADE}|{_NUMBERED}))"
_DIAGNOSIS = (
    r"\b(?i:autism(?:spektrum\w{0,20})?|adhd|add|asperger\w{0,9}|npf-?(?:diagnos)?|tourettes?|dyslexi|depression|ätstörning(?:ar)?|anorexi|"
    r"ångest|epilepsi|diagnos(?:en|er)?|självskadebeteende|skolfobi|psykos)\b(?!-)"
)
_IS_SO = r"\b(?:är|var|blev|blivit|har\svarit)\s(?:[a-zåäö]{1,20}\s)?" + _any(
    "placerad\\b(?!_(?:vid|på)\\b) mobbad\\b omhändertagen\\b hemmasittare\\b utåtagerande\\b självmordsbenägen\\b häktad\\b dömd\\b "
    "anhållen\\b misstänkt\\b våldtagen\\b slagen\\b gravid\\b avstängd\\b familjehemsplacerad\\b"
)
_GOT = r"\b(?:har|hade|har\sfått|fick|fått|lider\sav|utreds\sför|utreddes\sför|behandlas\sför{0})\s(?:[a-zåäö]{1,20}\s)?"
_HAS_IT = rf"(?:{_GOT.replace('{0}', '|med')}{_DIAGNOSIS}|{_IS_SO})"
_HAS_GOT_IT = rf"(?:{_GOT.replace('{0}', '')}{_DIAGNOSIS}|{_IS_SO})"
"""Without “with”: a pupil with a diagnosis can be any pupil with it."""
_EVENT = r"\b" + _any(
    """
    bråkade bråkat slogs slog_(?!fast|vad|larm|hål|igenom) slagits hotade hotat rymde rymt skar_sig skurit_sig skadade_sig utsattes_för
    utsatts_för blev_slagen blev_mobbad mobbades mobbats misshandlade[st]? misshandlats avstängdes stängdes_av (?:polis|oros)anmäldes
    (?:polis|oros)anmälts greps gripits placerades_i placerats_i omhändertogs omhändertagits (?:tog|tagit)_en_överdos våldtogs snattade
    snattat stal\\b skolkade skolkat försökte_ta_(?:sitt_liv|livet) diagnostiserade?[st] slutade_(?:gå|komma)_(?:i|till)_skolan
    (?:går|gick|kommer|kom)_inte_(?:längre_)?till_skolan vägrar_gå_till_skolan inte_(?:varit|gått|kommit)_(?:i|till)_skolan
    må(?:r|dde)_(?:mycket_|väldigt_|riktigt_|så_)?(?:dåligt|sämre) fick_(?:sin_|en_)?\\w{0,10}diagnos bor_(?:i_familjehem|på_hvb|i_jourhem)
    """
)
NAME = re.compile(
    r"[A-ZÅÄÖ][a-zåäöé]{1,20}(?:-[A-ZÅÄÖ][a-zåäöé]{1,20})?(?:\s[A-ZÅÄÖ][a-zåäöé]{1,25}(?:-[A-ZÅÄÖ][a-zåäöé]{1,25})?){0,2}\b"
)

# ---- What may follow

_NEXT = r"(?:,\s|\s\(|\s)"
OLD_OR_IN_CLASS = re.compile(rf"{_NEXT}(?:som\s)?(?:är\s|fyller\s|var\s)?(?:{_AGE}|{_CLASS})")
GOES = re.compile(rf"\s(?:går|gick|pluggar){_IN_SCHOOL}")
ON_YEARS = re.compile(rf"\spå\s{_NUMBER}\sår\b")
MARKED = re.compile(rf"{_NEXT}(?:(?:i|på|från|ur)\s(?:klass\s)?{_LETTERED}|{_SCHOOL}|{_AGE}|på\s{_NUMBER}\sår\b|{_HAS_GOT_IT})")
MARKED_ALONE = re.compile(rf"(?:,\s|:\s|\s\(|\s)(?:med\s\w{{1,20}}\s|som\sgår\s)?{_MARK}")
SHE_IS = re.compile(rf"\s(?:(?:är|var|fyller)\s{_AGE}|(?:går|gick|börjar)\s{_CLASS}|{_HAS_GOT_IT})")
MARKED_INITIALS = re.compile(rf"(?:\.\s?[A-ZÅÄÖ]\.)?{_NEXT}(?:är\s|går\s)?{_MARK}")
INITIAL = re.compile(r",?\s\(?(?=[A-ZÅÄÖ](?:\.\s?[A-ZÅÄÖ]\.|\b))[A-ZÅÄÖ]")
_CALLED = r"(?:som\sheter|vid\snamn|kallad|kallas|kallar\svi|vi\skallar)"
TO_NAME = re.compile(rf",?\s\(?(?:{_CALLED}\s(?:hen\s|henne\s|honom\s)?)?(?=[A-ZÅÄÖ][a-zåäöé])")
TO_ALIAS = re.compile(r"\s(?:henne|honom|hen)\s(?:för\s)?(?=[A-ZÅÄÖ][a-zåäöé])")
OLD = re.compile(rf"{_NUMBER}-?år(?P<ending>ig[ae]?|ing|ingen)$")
WHO_IS_OLD = (re.compile(r",?\s(?P<who>\w{1,30})"), re.compile(r",?\s[a-zåäö]{1,20}\s(?P<who>\w{1,30})"))
STOP = re.compile(r"[.!?;:]")
KINDS = {
    "mark": re.compile(_MARK),
    "class or school": re.compile(rf"{_CLASS}|{_SCHOOL}"),
    "goes to": re.compile(rf"{_GOES_TO}|\bi\s{_NUMBERED}"),
    "event": re.compile(_EVENT),
    "has it": re.compile(_HAS_IT),
}
"""What is looked for further on in the sentence: found once in each."""

# ---- What makes it no single child after all

NO_MARK = re.compile(
    r"\b(?i:i|under|över|från|till|minst|högst|efter|senaste|cirka|ca|drygt|inom|första|snitt|hela|kommande|än|mellan|närmaste|max|före|"
    rf"fyllda|nästan|varje|om|tidigast|senast|plus)\s{_NUMBER}\sår\b|"
    rf"\b{_NUMBER}\sår\s(?:sedan|framåt|fram|i\srad|senare|tidigare|efter|före|tillsammans|(?:och|eller)\s(?:uppåt|äldre|över|yngre))\b|"
    r"\b(?:[Åå]k|[Åå]rskurs|[Kk]lass)\.?\s?\d\d?\s?[A-Ha-h]?\s?(?:[-–—/,]|till\soch\smed|till|t\.o\.m\.|och|eller|samt|respektive)\s?"
    r"(?:(?:åk|årskurs|klass)\s?)?(?:\d|gymnasiet)|"
    r"\b[1-9][A-Ha-h](?:\s(?:och|till|eller)\s|\s?[–,/-]\s?)[1-9][A-Ha-h]\b|"
    r"\b\d\d?\s?(?:-|–|—|till|och|eller)\s?\d\d?\sår\b|\b\w{2,4}an\s(?:till|och|eller)\s(?:trean|sexan|sjuan|åttan|nian|gymnasiet)\b"
)
"""Numbers of years that are no age, and more than one class: a time, a limit, a range."""
PLACES = _set(
    "Örebro Kumla Hallsberg Lindesberg Ljusnarsberg Lekeberg Askersund Laxå Degerfors Karlskoga Hällefors Nora Sverige Stockholm"
)
NO_NAMES = re.compile(
    r"(?:skola|gymnasi\w{2,3}|kommun|region|projekt|program\w{0,3}|en|et|na|or|ar|ning|het|s)$|^(?:Det?|Dessa|Vi|Ni|Du|Jag|Alla|Många|Några|"
    r"Flera|Båda|Två|Tre|Fyra|Som|Där|Här|Den|Man|Varje|Idag|Nu|Totalt|Vår|Min|Hans|Hennes|Barn|Unga|Få|Hälften|Elever|Men|Och|Hon|Han|Hen|Ingen|En|Ett|När|Om)\b",
    re.IGNORECASE,
)
SURNAME = re.compile(r"(?:son|sen|berg|ström|gren|[qk]vist|lund|lind|strand|dahl|holm|stedt|ovi[cć]|mark)$")
_ROLE = (
    r"(?:lärar|ledar|pedagog|chef|sköterska|samordnar|sekreterar|psykolog|kurator|mentor|rektor|coach|handläggar|assistent|strateg|konsult|"
    r"utredar|forskar|polis|tränar|ordförand|politiker|koordinator|direktör|nämnd|förälder|vårdnadshavar|mamma|pappa|professor|docent|"
    r"författar|volontär|präst|diakon|resurs)"
)
_WORKS = r"\b(?:undervis|föreläs|handled|ansvar|workshop|intervju|arbetar|jobbar|leder|ledde|håller|höll)"
ADULT = re.compile(rf"{_ROLE}|{_WORKS}", re.IGNORECASE)
ADULT_AFTER = re.compile(
    rf"\)?(?:,\s|\s\(|\sär\s|\svar\s|\ssom\s)(?:[a-zåäö]{{1,15}}\s)?\w{{0,15}}{_ROLE}|[^.!?;]{{0,30}}?{_WORKS}"
)
TELLS_OF_WORK = re.compile(
    r"\b(?:visa|berätt|present|redovis|redog|rapport|inform|föredr|beskr|tog\supp|tar\supp|lyft|föresl|fråg|undra|tacka|inled|resultat|arbete|"
    r"enkät|projekt|besök|träff|metod|insats|pilot|prova|start|infört|inför|genomför|följ|skriv|pratade\som|talade\som|mötet|elevhälsa)"
)
"""What grown-ups do with a class."""
MANY = re.compile(
    r"\b(?:elever(?:na)?|barn(?:en)?|ungdomar(?:na)?|flickor(?:na)?|pojkar(?:na)?|tjejer(?:na)?|killar(?:na)?|unga|klasser(?:na)?|deltagare|"
    r"varje|vardera|per|samtliga|alla|respektive|grupp(?:en)?|grupper(?:na)?|någon\sav|som\smest)\b",
    re.IGNORECASE,
)
NOT_ONE = re.compile(
    r"(?:tal|\bpar|antal|grupp|klass|mängd|\brad|majoritet|skara|kull|\bdel|andel|handfull|tredjedel|fjärdedel|genomsnittlig|vanlig|typisk|"
    r"fiktiv|påhittad|tänkt|enskilt|enskild|enda|viss|\bav)\b",
    re.IGNORECASE,
)
SUPPOSED = _set(
    "när ifall hur vad som än såsom exempelvis exempel t.ex. tex minst högst varje per där tills innan eller då max bara ungefär"
)
IF = _set("oavsett även men och eller inte")
"""Words after which “om” is if, and not about."""
IN_GENERAL = re.compile(
    r"[^.!?;]{0,25}?\b(?:kan|ska|skall|bör|måste|kostar|har rätt|förväntas|brukar|skulle|motsvarar|i snitt|i genomsnitt|oftast|vanligtvis|per|procent|kronor|st)\b|[^.!?;]{0,12}?\d\s?%"
)

TELLING = CHILD | CHILDREN | THE_GIRL | THE_CHILD | PRONOUNS | {"kallar", "kalla"}
"""The words at which to look closer."""
