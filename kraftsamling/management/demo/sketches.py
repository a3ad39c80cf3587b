"""The nineteen sketches of the first call. Six titles stand in the minutes; the others are invented and say so."""

from typing import NamedTuple

EXAMPLE = " (exempel)"


class DemoSketch(NamedTuple):
    """One sketch: who, what, for which factors and places, how much, and how well it is to be judged (0–5)."""

    owner: str
    title: str
    main: str
    others: tuple[str, ...]
    places: tuple[str, ...]
    sought: int
    level: int
    need: str
    idea: str
    target: str
    partners: tuple[tuple[str, str], ...] = ()


SKETCHES = [
    DemoSketch(
        "universitet", "Digitalt verktyg för samspel och förståelse för flickor med NPF-diagnos", "skola", ("familj",), ("1880", "1881"),
        295_000, 4,
        "Flickor med neuropsykiatriska funktionsnedsättningar får ofta stöd sent. I enkäter från elevhälsan svarar var tredje i gruppen att de sällan förstår vad som väntas av dem i grupparbeten.",
        "Vi prövar ett enkelt digitalt verktyg där flickor själva beskriver situationer i skolan och får förslag på hur samspelet kan bli lättare. Tolv klasser prövar under en termin, och elever är med och ändrar verktyget varje månad.",
        "Flickor 12–16 år med NPF-diagnos, omkring 60 deltagare, och deras lärare.",
        (("kumla", "Öppnar sina högstadieskolor för försöket"),),
    ),
    DemoSketch(
        "stadsmission", "Stöd för ungdomar för att förebygga utanförskap", "plats", ("fritid",), ("1880",),
        300_000, 4,
        "Unga som varken studerar eller arbetar når sällan fram till dem som kan hjälpa. I vår öppna verksamhet mötte vi förra året omkring 140 unga som inte visste vart de skulle vända sig.",
        "Vi vill vara bryggan mellan unga och det offentliga. Två mentorer följer med till möten, och kommunens handläggare är på plats hos oss en eftermiddag i veckan. Vi börjar i två bostadsområden.",
        "Unga 16–24 år som har svårt att få fäste i skola och arbete, omkring 50 personer.",
        (("orebro", "Handläggare på plats hos oss en eftermiddag i veckan"),),
    ),
    DemoSketch(
        "medborgarskolan", "Gemensamma studiecirklar för barn och föräldrar i ekonomiskt utsatta familjer", "familj", ("fritid", "skola"),
        ("1880", "1861", "1881"), 180_000, 4,
        "Familjer med liten ekonomi gör färre saker tillsammans på fritiden. Föräldrar vi mött säger att de vill lära med sina barn, men att avgifter och tider stänger dem ute.",
        "Studiecirklar där barn och föräldrar lär tillsammans: mat, teknik, musik. Avgiftsfritt, på lördagar, med mat och barnpassning. Föräldrarna väljer ämnen, och varje cirkel slutar med att den lärs ut till nästa grupp.",
        "Barn 8–13 år och deras föräldrar, tio grupper med tolv deltagare.",
    ),
    DemoSketch(
        "lindesberg", "Implementering av TSI och Backa barnet-modellen i norra Örebro län", "familj", ("skola", "plats"),
        ("1885", "1863", "1864", "1884"), 300_000, 4,
        "Barn i norra länet får olika hjälp beroende på var de bor. Förskola, skola, socialtjänst och vård ser ofta samma barn utan att veta om varandra.",
        "Fyra kommuner inför tidiga samordnade insatser enligt samma modell. Vi utbildar gemensamma team, prövar i två områden och lär av varje steg innan vi breddar.",
        "Barn 0–16 år i behov av tidigt stöd i fyra kommuner, på gruppnivå omkring 300 barn.",
        (("Länsdelsgrupp norr", "Leder arbetet gemensamt för de fyra kommunerna"), ("nora", "Prövar i förskolan"), ("hallefors", "Prövar i grundskolan")),
    ),
    DemoSketch(
        "folketshus", "Ett inkluderande Folkets hus i Ljusnarsberg för barn och unga", "fritid", ("plats",), ("1864",),
        215_000, 4,
        "I Ljusnarsberg finns få platser att vara på efter skolan, särskilt för den som inte idrottar. Ungdomsrådet har pekat på Folkets hus som en plats där alla kan vara.",
        "Unga tar över huset två kvällar i veckan och bestämmer vad som ska hända. Vi provar ett halvår med några få aktiviteter, räknar vilka som kommer och frågar vilka som saknas.",
        "Barn och unga 10–18 år i hela kommunen, omkring 120 i veckan.",
        (("ljusnarsberg", "Fritidsledare och buss hem"),),
    ),
    DemoSketch(
        "laxa", "Ungdomslots till meningsfulla fritidsaktiviteter", "fritid", ("plats",), ("1860",),
        240_000, 5,
        "Hälften av våra unga saknar en organiserad fritid, och skillnaden mellan flickor och pojkar är stor. Många vet inte vad som finns eller vågar inte gå dit ensamma.",
        "En lots följer med ung person till tre olika aktiviteter under två månader. Föreningarna får en fast kontakt. Vi börjar med årskurs 7 och mäter hur många som är kvar efter ett halvår.",
        "Unga 13–16 år utan organiserad fritid, omkring 80 personer, lika många flickor som pojkar.",
        (("rfsisu", "Kontakt med föreningarna"),),
    ),
    DemoSketch(
        "hallsberg", "Skolan öppnar på lovet" + EXAMPLE, "skola", ("fritid",), ("1861", "1862"), 205_000, 4,
        "Under långa lov tappar många elever rutiner, och skolstarten blir svår. Skolsocialt team ser att frånvaron ökar i september för elever som inte haft något att göra.",
        "Skolan är öppen fyra veckor på sommaren med mat, läsning och verkstad. Äldre elever får betalt för att leda. Vi jämför närvaron i september med tidigare år.",
        "Elever 10–15 år i Hallsberg och Degerfors, omkring 150 barn.",
        (("degerfors", "Samma försök på en skola"),),
    ),
    DemoSketch(
        "orebro", "Kvartersföräldrar i trappuppgången" + EXAMPLE, "plats", ("familj",), ("1880",), 260_000, 3,
        "I två bostadsområden säger föräldrar att de känner få grannar och sällan säger ifrån när något händer ute.",
        "Tolv föräldrar utbildas och håller öppet hus i sina trappuppgångar en kväll i månaden tillsammans med bostadsbolaget.",
        "Familjer med barn 6–15 år i två bostadsområden.",
    ),
    DemoSketch(
        "kumla", "Läxhjälp på verkstadsgolvet" + EXAMPLE, "skola", (), ("1881",), 150_000, 3,
        "Elever på gymnasiets yrkesprogram tappar matematiken och därmed examen.",
        "Läxhjälp förlagd till företagens verkstäder, där matematiken används. En lärare och en handledare leder tillsammans.",
        "Elever 16–19 år på två yrkesprogram, omkring 40 personer.",
    ),
    DemoSketch(
        "degerfors", "Måndagsmöten för tidigt stöd" + EXAMPLE, "plats", ("familj",), ("1862",), 190_000, 3,
        "Polis, skola och socialtjänst möts när något redan har hänt.",
        "Korta fasta möten varje måndag om läget på orten, på gruppnivå, med en gemensam plan för veckan.",
        "Unga 12–18 år i Degerfors.",
    ),
    DemoSketch(
        "askersund", "Fritid på hjul" + EXAMPLE, "fritid", (), ("1882",), 280_000, 3,
        "På landsbygden är det långt till fritidsgården och bussen går inte på kvällen.",
        "En ombyggd minibuss kör ut fritidsledare och utrustning till fyra byar varannan vecka.",
        "Barn och unga 9–16 år utanför tätorten, omkring 90 barn.",
    ),
    DemoSketch(
        "hallefors", "Vuxna förebilder i skolan" + EXAMPLE, "skola", ("plats",), ("1863",), 220_000, 3,
        "Elever saknar vuxna att prata med på rasterna.",
        "Daglediga vuxna utbildas och finns i korridorerna, med en samordnare och en enkel uppföljning.",
        "Elever 10–16 år på två skolor.",
    ),
    DemoSketch(
        "nora", "Musikverkstad för alla" + EXAMPLE, "fritid", (), ("1884",), 130_000, 2,
        "Musikskolan når få barn från familjer med liten ekonomi.",
        "Öppen verkstad med låneinstrument efter skolan två dagar i veckan.",
        "Barn 7–12 år i Nora.",
    ),
    DemoSketch(
        "lekeberg", "Gemensamma middagar på skolan" + EXAMPLE, "familj", (), ("1814",), 110_000, 2,
        "Föräldrar och skola möts mest när något är fel.",
        "Middag på skolan en gång i månaden, lagad av elever, med ett samtalsämne per kväll.",
        "Familjer med barn i årskurs 4–6.",
    ),
    DemoSketch(
        "ljusnarsberg", "Ungdomsstugan vid sjön" + EXAMPLE, "fritid", (), ("1864",), 300_000, 2,
        "Unga önskar en plats vid vattnet.",
        "Kommunen rustar en stuga och låter föreningar boka den.",
        "Unga 13–20 år.",
    ),
    DemoSketch(
        "rfsisu", "Tröskelfri idrott" + EXAMPLE, "fritid", ("familj",), (), 285_000, 3,
        "Flickor med utländsk bakgrund idrottar mindre än andra, och avgifterna är ett hinder.",
        "Prova-på-grupper utan avgift i sex kommuner, ledda av unga kvinnor som får ledarutbildning.",
        "Flickor 10–15 år i hela länet, omkring 200 deltagare.",
    ),
    DemoSketch(
        "vuxenskolan", "Tjejgrupper med egen röst" + EXAMPLE, "fritid", ("plats",), ("1880", "1861"), 275_000, 3,
        "Flickor och icke-binära unga i några områden har få trygga platser.",
        "Grupper med fasta ledare som själva väljer vad de vill göra och berätta om.",
        "Flickor och icke-binära unga 12–18 år, omkring 60 personer.",
    ),
    DemoSketch(
        "karlskoga", "Trygg väg hem" + EXAMPLE, "plats", (), ("1883",), 265_000, 2,
        "Unga undviker resecentrum på kvällen.",
        "Vuxenvandring och bättre belysning på två sträckor.",
        "Unga 13–19 år som pendlar.",
    ),
    DemoSketch(
        "orebro", "Föräldrakafé på förskolan" + EXAMPLE, "familj", (), ("1880",), 300_000, 2,
        "Nya föräldrar saknar någon att fråga.",
        "Kafé på åtta förskolor en morgon i veckan.",
        "Föräldrar till barn 1–5 år.",
    ),
]  # fmt: skip

INVITED = 7
"""The first seven: the six that the minutes name, and one that is invented, since the minutes do not name the seventh."""

REASONS_INVITED = [
    "Skissen beskriver ett tydligt behov och något nytt som prövas tillsammans med skolan. Utveckla i ansökan hur verktyget kan leva vidare utan projektmedel.",
    "Arbetet kompletterar kommunens och har en tydlig roll som brygga. Beskriv i ansökan hur ni och kommunen delar på ansvaret.",
    "Föräldrar och barn lär tillsammans på ett sätt som fler kan ta efter. Visa i ansökan hur ni når dem som inte brukar komma.",
    "Fyra kommuner går samman om samma modell. Beskriv i ansökan vem som äger arbetet i varje kommun, och hur ni följer vad barnen får ut av det.",
    "Unga bestämmer själva, och försöket är lagom stort. Utveckla hur ni ser vilka som inte kommer.",
    "Lotsen är en enkel idé som går att mäta. Beskriv hur arbetet kan bli en del av fritidsförvaltningens vardag.",
    "Två kommuner prövar samma sak och kan jämföra. Utveckla hur de äldre eleverna får stöd som ledare.",
]

REASONS_DECLINED = [
    "Behovet är tydligt, men skissen beskriver mest sådant som redan görs. Det nya i arbetssättet behöver komma fram.",
    "Idén är god men bygger på en aktör. Fler som tar ansvar tillsammans hade gjort den starkare.",
    "Skissen säger lite om hur ni ser om det fungerar, och hur andra får lära av det.",
    "En stor del av kostnaden är utrustning och lokaler, och det är inte vad utlysningen är till för.",
    "Målgruppen är vid, och det framgår inte hur ni når dem som har störst behov.",
    "Skissen är genomarbetad, men pengarna räckte till sju inbjudningar och andra stärkte fler skyddsfaktorer.",
]

LEARNING = (
    "Vi räknar vilka som deltar, frågar deltagarna vid start, efter halva tiden och i slutet, och berättar på kraftsamlingens träffar "
    "vad som gick bra och vad som inte gjorde det. Går det bra tar vi in arbetet i den egna verksamhetens budget."
)
