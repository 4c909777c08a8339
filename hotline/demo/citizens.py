"""The demo's public service line, in Filipino. The numbers are of ranges that are given to nobody."""

from hotline.demo.content import Answer, Line, Module, Office, Person, Service, Theme, Words

PEOPLE = (
    Person("maria", "Maria Santos", "+639730010001", "MMMMM--", ("fil", "en")),
    Person("jose", "Jose Reyes", "+639730010002", "DDDDD--", ("fil", "en")),
    Person("liza", "Liza Cruz", "+639730010003", "EEEEE--", ("fil", "en"), also=("admissions",)),
    Person("ramon", "Ramon Garcia", "+639730010004", "NNNNN--", ("fil", "en")),
    Person("grace", "Grace Mendoza", "+639730010005", "-DD-MMM", ("fil", "en"), also=("admissions",)),
    Person("paolo", "Paolo Navarro", "+639730010006", "D--EEEE", ("fil", "en")),
    Person("tess", "Tess Villanueva", "+639730010007", "E--D-DD", ("fil", "en")),
    Person("dante", "Dante Bautista", "+639730010008", "-D-DNNN", ("fil", "en")),
)

WORDS = (
    Words(
        "fil",
        "inbound",
        "{daypart} po, salamat sa pagtawag sa {organisation}. Ako po si {operator}. Ano po ang maipaglilingkod ko?",
        "Salamat po sa pagtawag sa {organisation}. Ingat po kayo!",
        (
            "Itanong kung saang lungsod o bayan nakatira ang tumatawag.",
            "Ulitin ang tanong sa sariling salita.",
            "Hanapin ang sagot at basahin nang malakas.",
            "Itanong: “May iba pa po ba akong maitutulong?”",
        ),
    ),
    Words(
        "fil",
        "voicemail",
        "{daypart} po, si {operator} po ito ng {organisation}. Nag-iwan po kayo ng mensahe sa amin.",
        "Salamat po sa paghihintay.",
        ("Ulitin ang mensahe sa isang pangungusap.", "Sagutin, o sabihin kung sino ang sasagot at kailan."),
    ),
    Words(
        "en",
        "inbound",
        "{daypart}, thank you for calling {organisation}. My name is {operator}. How may I help you?",
        "Thank you for calling {organisation}. Take care!",
        (
            "Ask which city or town the caller lives in.",
            "Say back the question in your own words.",
            "Find the answer and read it aloud.",
            "Ask: “Is there anything else I can help you with?”",
        ),
    ),
)

ANSWERS = (
    Answer(
        "Paano kumuha ng birth certificate?",
        "Puwede po kayong mag-request online o pumunta sa pinakamalapit na civil registry. Magdala po ng isang valid ID.",
        "kapanganakan sertipiko psa kopya",
        "Tatlo hanggang walong araw ang dating kapag online.",
    ),
    Answer(
        "Paano mag-apply ng passport?",
        "Kumuha po muna ng appointment online. Dalhin po ang birth certificate at isang valid ID sa araw ng appointment.",
        "pasaporte dfa appointment",
    ),
    Answer(
        "Magkano ang bayad sa barangay clearance?",
        "Nag-iiba po ang bayad sa bawat barangay, karaniwan po ay limampu hanggang isang daang piso.",
        "presyo halaga clearance",
    ),
    Answer(
        "Paano kumuha ng senior citizen ID?",
        "Pumunta po sa opisina ng senior citizen sa inyong munisipyo. Magdala po ng ID na may petsa ng kapanganakan at dalawang litrato.",
        "matanda osca diskuwento",
    ),
    Answer(
        "Ano ang mga benepisyo ng PWD?",
        "May dalawampung porsiyentong diskuwento po sa gamot, pagkain at pamasahe, at hindi po sinisingil ng VAT.",
        "kapansanan diskuwento id",
        sensitive=True,
    ),
    Answer(
        "Saan puwedeng magreklamo tungkol sa basura?",
        "Sabihin po ninyo ang kalye at barangay, at ipapasa ko po agad sa sanitation office.",
        "koleksiyon dumi kalye",
    ),
    Answer(
        "Wala kaming tubig. Ano ang gagawin namin?",
        "Titingnan ko po kung may nakatakdang interruption sa inyong lugar. Kung wala po, gagawan ko ng report ngayon din.",
        "walang tubig gripo interruption",
    ),
    Answer(
        "Walang kuryente sa amin. Sino ang tatawagan?",
        "Ipapasa ko po kayo sa electric company ng inyong lugar. Kung may putol na kawad, lumayo po muna at huwag hahawak.",
        "brownout ilaw kuryente kawad",
        sensitive=True,
    ),
    Answer(
        "Paano humingi ng ayuda?",
        "Ang tulong po ay ibinibigay ng social welfare office ng inyong munisipyo. Magdala po ng ID at certificate of indigency.",
        "tulong pinansiyal dswd indigency",
        sensitive=True,
    ),
    Answer(
        "Kailan ang bakuna sa health center?",
        "Tuwing Miyerkules po ang bakuna ng mga bata, alas-otso hanggang alas-dose. Dalhin po ang baby book.",
        "vaccine bata immunization",
    ),
    Answer(
        "Paano magbayad ng amilyar?",
        "Puwede po sa treasurer's office o online. May diskuwento po kapag nagbayad bago matapos ang Enero.",
        "real property tax buwis lupa",
    ),
    Answer(
        "Paano kumuha ng business permit?",
        "Magsimula po sa pagpaparehistro ng pangalan ng negosyo, pagkatapos po ay barangay clearance, at huli ang mayor's permit.",
        "negosyo lisensiya mayor's permit",
    ),
    Answer(
        "Suspendido ba ang klase?",
        "Babasahin ko po sa inyo ang huling anunsiyo ng inyong lungsod.",
        "walang pasok bagyo eskuwela",
        "Tingnan ang pahina ng mga anunsiyo; huwag manghula.",
    ),
    Answer(
        "Paano magsumbong ng korapsiyon?",
        "Puwede po kayong magsumbong nang hindi nagpapakilala. Itatala ko po ang sasabihin ninyo at ipapasa sa tamang tanggapan.",
        "reklamo suhol katiwalian",
        sensitive=True,
    ),
)

OFFICES = (
    Office(
        "Civil Registry", "Mga sertipiko", "+639740020001", "registry@lingkod.example",
        "Birth, marriage at death certificate; mali sa pangalan", "Lun–Biy 8–17",
    ),
    Office(
        "Sanitation Office", "Basura at kalye", "+639740020002", "sanitation@lingkod.example",
        "Koleksiyon ng basura, baradong kanal, patay na hayop", "Araw-araw 6–22",
    ),
    Office(
        "Social Welfare Office", "Ayuda at mga benepisyo", "+639740020003", "welfare@lingkod.example",
        "Ayuda, senior citizen, PWD, certificate of indigency", "Lun–Biy 8–17",
    ),
    Office(
        "Treasurer's Office", "Buwis at bayarin", "+639740020004", "treasurer@lingkod.example",
        "Amilyar, business tax, resibo", "Lun–Biy 8–16",
    ),
    Office(
        "Command Center", "Sakuna at emergency", "+639740020005", "command@lingkod.example",
        "Baha, sunog, putol na kawad; palaging bukas", "24 oras",
    ),
)  # fmt: skip

THEMES = (
    Theme(
        "Dokumento",
        "Birth certificate",
        16,
        ("Ipinaliwanag ang online request.", "May mali sa apelyido, ipinasa sa registry."),
    ),
    Theme("Dokumento", "Passport", 9, ("Tinulungan sa appointment.", "Itinanong ang mga kailangan.")),
    Theme("Dokumento", "Barangay clearance", 8, ("Itinanong ang bayad.",)),
    Theme(
        "Serbisyo",
        "Tubig",
        14,
        ("Walang tubig sa Barangay Malaya, may interruption hanggang alas-singko.", "Ginawan ng report."),
    ),
    Theme("Serbisyo", "Kuryente", 8, ("Ipinasa sa electric company.",)),
    Theme("Serbisyo", "Basura", 11, ("Hindi nakuha ang basura nang tatlong araw.", "Ipinasa sa sanitation.")),
    Theme("Tulong", "Ayuda", 12, ("Itinuro ang social welfare office.", "Kailangan ng certificate of indigency.")),
    Theme("Tulong", "Senior at PWD", 9, ("Bagong senior citizen ID.", "Diskuwento sa gamot.")),
    Theme("Buwis", "Amilyar", 8, ("Itinanong ang diskuwento sa Enero.",)),
    Theme("Iba pa", "Maling numero", 3, ("Ibang opisina ang hinahanap.",)),
)

MODULES = (
    Module("requirements", "Binasa ang mga kailangang dokumento; isinulat ng tumawag."),
    Module("appointment", "Itinuro kung paano kumuha ng appointment online."),
    Module("refer", "Inirefer sa tamang tanggapan at ibinigay ang numero."),
    Module("balik tawag", "Tatawag ulit pagkatapos makuha ang dokumento."),
)

CITIZENS = Service(
    name="Lingkod Bayan",
    slug="citizens",
    organisation="Lingkod Bayan",
    time_zone="Asia/Manila",
    country="PH",
    languages=("fil", "en"),
    colour=5,
    greeting="Salamat po sa pagtawag sa Lingkod Bayan. Maghintay lamang po, may sasagot po sa inyo.",
    closed_message="Sarado po kami sa ngayon. Tumawag po ulit mamaya.",
    voicemail_message="Abala po ang lahat. Iwan po ang inyong pangalan, numero at tanong pagkatapos ng tono.",
    farewell="Salamat po sa pagtawag. Paalam po!",
    numbers=(Line("+639740010100", "local", 20),),
    open_days="always",
    opens=0,
    closes=0,
    people=PEOPLE,
    words=WORDS,
    answers=ANSWERS,
    offices=OFFICES,
    themes=THEMES,
    hourly=(0.4, 0.3, 0.2, 0.2, 0.3, 0.6, 1.5, 3, 5, 6, 6, 5, 3.5, 5, 5, 5, 4, 3.5, 3, 3, 2, 1.5, 1, 0.6),
    weekday_share=(1.25, 1.05, 1.0, 1.0, 1.05, 0.6, 0.45),
    talk_seconds=210,
    caller_prefix="+639749",
    caller_digits=6,
    modules=MODULES,
    caller_names=(
        "Aling Nena",
        "Boyet Ramos",
        "Cora Lim",
        "Dodong Flores",
        "Elena Torres",
        "Fe Castillo",
        "Gilbert Tan",
        "Helen Ocampo",
    ),
    service_level_seconds=30,
    service_level_percent=75,
)
