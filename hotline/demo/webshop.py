"""The demo's web shop, in Norwegian. The numbers are of ranges that are given to nobody.

Its weak spot is on purpose: the newsletter goes out on Tuesdays at noon, when nearly everybody is at lunch.
"""

from decimal import Decimal

from hotline.demo.content import Answer, Line, Module, Office, Person, Service, Theme, Words

PEOPLE = (
    Person("kari", "Kari Nordby", "+4748810001", "DDDDD--", ("nb", "en")),
    Person("ola", "Ola Hagen", "+4748810002", "DDDDD--", ("nb", "en")),
    Person("ingrid", "Ingrid Solheim", "+4748810003", "MM-DD-E", ("nb", "en")),
    Person("lars", "Lars Bakken", "+4748810004", "EEEEE--", ("nb", "en")),
    Person("nora", "Nora Lunde", "+4748810005", "D-DD-DD", ("nb", "en"), also=("admissions",)),
    Person("mads", "Mads Eide", "+4748810006", "--EENN-", ("nb", "en")),
    Person("silje", "Silje Moen", "+4748810007", "NNNN--N", ("nb", "en")),
    Person("henrik", "Henrik Dahl", "+4748810008", "E-MMDE-", ("nb", "en")),
)

WORDS = (
    Words(
        "nb",
        "inbound",
        "{daypart}, du har ringt {organisation}, du snakker med {operator}. Hva kan jeg hjelpe deg med?",
        "Takk for at du ringte {organisation}. Ha en fin dag!",
        (
            "Spør om ordrenummeret, eller finn ordren på navn og postnummer.",
            "Gjenta det kunden ønsker, med egne ord.",
            "Finn svaret, og les det høyt.",
            "Spør: «Er det noe mer jeg kan hjelpe deg med?»",
        ),
    ),
    Words(
        "nb",
        "callback",
        "{daypart}, dette er {operator} fra {organisation}. Du ba oss ringe tilbake. Passer det nå?",
        "Da har vi ordnet det. Takk for praten!",
        ("Si hva vi ble spurt om sist.", "Gi svaret, og avtal neste steg hvis noe gjenstår."),
    ),
    Words(
        "en",
        "inbound",
        "{daypart}, you have reached {organisation}, my name is {operator}. How can I help you?",
        "Thank you for calling {organisation}. Have a nice day!",
        (
            "Ask for the order number, or find the order by name and postcode.",
            "Say back what the caller wants, in your own words.",
            "Find the answer and read it aloud.",
            "Ask: “Is there anything else I can help you with?”",
        ),
    ),
)

ANSWERS = (
    Answer(
        "Hvor lang er leveringstiden?",
        "Varer på lager sendes samme dag hvis du bestiller før klokken 14. Pakken er fremme etter to til fire virkedager.",
        "frakt sending når kommer pakken",
        "Nord-Norge og Svalbard: fire til sju virkedager.",
    ),
    Answer(
        "Hvor er pakken min?",
        "Du har fått sporingsnummeret på e-post da pakken ble sendt. Jeg kan også slå det opp for deg nå.",
        "sporing forsinket ordre",
        "Står pakken stille i mer enn tre virkedager, lager vi en etterlysning hos transportøren.",
    ),
    Answer(
        "Hvordan returnerer jeg en vare?",
        "Du har 60 dagers åpent kjøp. Meld returen på Min side, så får du en returlapp du kan vise på telefonen.",
        "bytte angre sende tilbake",
    ),
    Answer(
        "Når får jeg pengene tilbake?",
        "Pengene er på kontoen din senest fem virkedager etter at vi har fått varen.",
        "refusjon tilbakebetaling",
    ),
    Answer(
        "Hva koster frakten?",
        "Frakten koster 79 kroner, og er gratis når du handler for mer enn 999 kroner.",
        "porto fraktpris",
    ),
    Answer(
        "Kan jeg endre eller avbestille en ordre?",
        "Ja, så lenge den ikke er pakket. Jeg kan endre den for deg nå med en gang.",
        "kansellere feil adresse",
    ),
    Answer(
        "Hvilken størrelse skal jeg velge?",
        "Størrelsestabellen ligger på hver vare. Er du mellom to størrelser, velger de fleste den største.",
        "mål skostørrelse",
    ),
    Answer(
        "Hvordan reklamerer jeg på en vare?",
        "Send oss et bilde og en kort beskrivelse på Min side. Du får svar innen to virkedager.",
        "ødelagt feil klage garanti",
        "Reklamasjonsfristen er fem år på telt, soveposer og sko, to år på klær.",
    ),
    Answer(
        "Hvilke betalingsmåter har dere?",
        "Du kan betale med kort, Vipps eller faktura med 14 dagers frist.",
        "klarna kort vipps faktura",
        "Ta aldri imot kortnummer på telefonen.",
        sensitive=True,
    ),
    Answer(
        "Kan jeg hente i butikk?",
        "Ja, i Oslo, Bergen, Trondheim og Tromsø. Du får en melding når varen er klar, vanligvis etter to timer.",
        "hentepunkt klikk og hent",
    ),
    Answer(
        "Hvordan bruker jeg et gavekort?",
        "Skriv inn koden i kassen. Gavekort er gyldige i tre år fra kjøpsdatoen.",
        "rabattkode kupong",
    ),
    Answer(
        "Hvordan impregnerer jeg skalljakken?",
        "Vask den på 40 grader med et middel for skalltøy, og tørk den så i trommel på lav varme i tjue minutter.",
        "vask vedlikehold regntøy",
    ),
    Answer(
        "Hva gjør jeg hvis pakken er skadet?",
        "Ta bilde av pakken og varen før du pakker ut mer. Vi sender en ny vare med en gang.",
        "transportskade ødelagt eske",
    ),
    Answer(
        "Hvordan sletter jeg kontoen min?",
        "Velg Slett konto under Min side. Vi beholder bare det regnskapsloven krever.",
        "personvern gdpr opplysninger",
        sensitive=True,
    ),
)

OFFICES = (
    Office(
        "Anne Fosse",
        "Ansvarlig for reklamasjoner",
        "+4748820001",
        "reklamasjon@nordlys-friluft.example",
        "Telt, soveposer og sko med feil; erstatning; klager",
        "Man–fre 09–15",
    ),
    Office(
        "Lageret på Gjøvik",
        "Lager og pakking",
        "+4748820002",
        "lager@nordlys-friluft.example",
        "Stoppe en pakke, feil vare i esken, etterlysning",
        "Man–fre 07–21",
    ),
    Office(
        "Per Strand",
        "Økonomi",
        "+4748820003",
        "faktura@nordlys-friluft.example",
        "Faktura, purring, tilbakebetaling",
        "Man–fre 08–16",
    ),
    Office(
        "Butikken i Oslo",
        "Butikk",
        "+4748820004",
        "oslo@nordlys-friluft.example",
        "Klikk og hent, bytte i butikk",
        "Man–lør 10–19",
    ),
)

THEMES = (
    Theme(
        "Levering",
        "Hvor er pakken",
        24,
        ("Pakken står i Oslo siden i går. Sporingsnummer sendt på nytt.", "Forsinket én dag. Kunden venter."),
    ),
    Theme(
        "Levering",
        "Leveringstid",
        9,
        ("Ville vite om pakken er fremme før fredag. Ja.", "Spurte om levering til Tromsø."),
    ),
    Theme("Levering", "Skadet pakke", 4, ("Esken var våt. Ny vare sendt.", "Bilde mottatt, ny sending i dag.")),
    Theme("Retur", "Slik returneres", 15, ("Forklarte returlapp på Min side.", "Bytter til en større størrelse.")),
    Theme("Retur", "Penger tilbake", 10, ("Returen kom på mandag, pengene er på vei.", "Sjekket med økonomi.")),
    Theme("Vare", "Størrelse og valg", 13, ("Hjalp med valg av tursko.", "Anbefalte sovepose for minus ti grader.")),
    Theme("Vare", "Reklamasjon", 8, ("Glidelås røk. Reklamasjon opprettet.", "Sålen løsner etter ett år.")),
    Theme("Ordre", "Endre eller avbestille", 9, ("Endret leveringsadresse.", "Avbestilt før pakking.")),
    Theme("Ordre", "Ny bestilling", 6, ("Bestilte to par ullsokker på telefon.", "La inn ordre med faktura.")),
    Theme("Annet", "Feil nummer", 2, ("Skulle til en annen butikk.",)),
)

MODULES = (
    Module("sporing", "Sendte sporingslenken på nytt på e-post."),
    Module("retur", "Forklarte retur på Min side; kunden har 60 dager."),
    Module("etterlysning", "Pakken har stått stille i over tre virkedager. Etterlysning er laget hos transportøren."),
    Module("ringer tilbake", "Kunden ringer tilbake når varen er kommet."),
)

# Calls to the second number are paid by the started minute.
ADVICE = {"kind": "per_minute", "price": Decimal("9.50"), "cap": Decimal(95), "own_price": Decimal("0.12")}

WEBSHOP = Service(
    name="Nordlys Friluft",
    slug="webshop",
    organisation="Nordlys Friluft",
    time_zone="Europe/Oslo",
    country="NO",
    languages=("nb", "en"),
    colour=1,
    greeting="Velkommen til Nordlys Friluft. Vi svarer deg så snart vi kan.",
    closed_message="Vi har dessverre stengt nå. Du finner svar på nettsidene våre.",
    voicemail_message="Ingen er ledig akkurat nå. Legg igjen navn, nummer og hva det gjelder etter tonen, så ringer vi deg.",
    farewell="Takk for at du ringte. Ha det bra!",
    numbers=(Line("+4748800100", "local", 30), Line("+4748800200", "premium", 10, ADVICE)),
    open_days="always",
    opens=0,
    closes=0,
    people=PEOPLE,
    words=WORDS,
    answers=ANSWERS,
    offices=OFFICES,
    themes=THEMES,
    hourly=(0.3, 0.2, 0.1, 0.1, 0.1, 0.3, 0.8, 2, 5, 8, 9, 9, 8, 8, 8, 7, 7, 6, 6, 6, 5, 3, 1.5, 0.7),
    weekday_share=(1.15, 1.0, 0.95, 0.95, 0.9, 0.6, 0.5),
    talk_seconds=235,
    caller_prefix="+47999",
    caller_digits=5,
    modules=MODULES,
    caller_names=(
        "Anders Vik",
        "Berit Haugen",
        "Camilla Næss",
        "Dag Ruud",
        "Eva Lie",
        "Finn Aas",
        "Grete Øien",
        "Hanne Tveit",
    ),
    peaks={(1, 12): 3.3, (1, 13): 3.0, (0, 9): 1.3},
)
