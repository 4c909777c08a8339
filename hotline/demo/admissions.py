"""The demo's university admissions office, in English. Its numbers are of the ranges kept for drama."""

from decimal import Decimal

from hotline.demo.content import Answer, Line, Module, Office, Person, Service, Theme, Words

PEOPLE = (
    Person("emma", "Emma Clarke", "+442079460011", "OOOOO--", ("en",)),
    Person("james", "James Whitfield", "+442079460012", "OOOOO--", ("en",)),
    Person("priya", "Priya Raman", "+442079460013", "OO-OO--", ("en",)),
    Person("owen", "Owen Price", "+442079460014", "-OOOO--", ("en",)),
)

WORDS = (
    Words(
        "en",
        "inbound",
        "{daypart}, {organisation} admissions office, {operator} speaking. How can I help you today?",
        "Thank you for calling {organisation}. Good luck with your application!",
        (
            "Ask for the application number; if there is none yet, go on without it.",
            "Ask which course and which year of entry.",
            "Say back the question in your own words.",
            "Read the answer aloud, and say where it can be read again.",
            "Ask: “Is there anything else I can help you with?”",
        ),
    ),
    Words(
        "en",
        "callback",
        "{daypart}, this is {operator} from {organisation} admissions. You asked us to call you back. Is now a good time?",
        "Thank you. You can reach us on the same number if anything else comes up.",
        ("Say what was asked last time.", "Give the answer, and agree on the next step if anything is left."),
    ),
    Words(
        "en",
        "voicemail",
        "{daypart}, this is {operator} from {organisation} admissions. You left us a message.",
        "Thank you for your patience.",
        ("Say the message back in one sentence.", "Answer it, or say who will and by when."),
    ),
)

ANSWERS = (
    Answer(
        "When is the application deadline?",
        "For most courses it is the last Wednesday in January, at six in the evening. Medicine and dentistry close in mid-October.",
        "closing date last day apply",
        "Late applications are considered where there are places left.",
    ),
    Answer(
        "How do I apply?",
        "You apply online through the national service, and choose us by our institution code. Your school can help you with the reference.",
        "application form how to start",
    ),
    Answer(
        "What grades do I need?",
        "Each course page shows its usual offer. If you tell me the course, I can read it to you now.",
        "entry requirements marks points",
    ),
    Answer(
        "What English test do you accept?",
        "We accept the common academic tests, taken in the last two years. Most courses ask for an overall 6.5.",
        "language proof score overseas",
        "Pre-sessional courses in July and August can make up half a point.",
    ),
    Answer(
        "How much are the tuition fees?",
        "Fees are on each course page, for home and for overseas students. You pay in two instalments.",
        "cost price payment instalments",
    ),
    Answer(
        "Can I get a scholarship?",
        "Yes. Most are given by income and need no application; some subjects have their own, with a form by the first of May.",
        "bursary grant funding money",
    ),
    Answer(
        "How do I get student accommodation?",
        "Every first-year student who applies by the end of June is given a room. You apply after you have accepted your offer.",
        "housing halls room rent",
    ),
    Answer(
        "What has happened to my application?",
        "Decisions are usually made within six weeks. I can look it up with your application number.",
        "status decision waiting track",
    ),
    Answer(
        "Can I defer my place by a year?",
        "Usually yes, once. Write to us before the end of August, and keep meeting the conditions of your offer.",
        "gap year postpone later",
    ),
    Answer(
        "Can I change my course?",
        "Before you enrol, yes, if there is a place and you meet its requirements. Afterwards you speak with your tutor.",
        "transfer switch subject",
    ),
    Answer(
        "When are the open days?",
        "The next two are on Saturdays in June and September. You book a place online, and may bring two guests.",
        "visit tour campus",
    ),
    Answer(
        "What documents do I need for a student visa?",
        "After you accept, we send you a confirmation number. The visa office needs it, with your passport and proof of funds.",
        "immigration passport overseas",
        "We may not give immigration advice by telephone: pass the caller on to the international office.",
        sensitive=True,
    ),
    Answer(
        "I have a disability. What support is there?",
        "Tell us as early as you like; it never counts against you. The support team agrees on a plan with you before you arrive.",
        "dyslexia wheelchair special needs",
        sensitive=True,
    ),
    Answer(
        "I did not get the grades. What now?",
        "Do not worry yet: we may still take you. Stay on the line, and I will check places in clearing for you.",
        "results clearing failed",
        sensitive=True,
    ),
)

OFFICES = (
    Office("Helen Marsh", "Head of admissions", "+442079460101", "h.marsh@thornbury.example", "Appeals, complaints, press", "Mon–Fri 10–16"),
    Office(
        "International office", "Visas and overseas students", "+442079460102", "international@thornbury.example",
        "Visas, confirmation numbers, English tests, overseas qualifications", "Mon–Fri 9–17",
    ),
    Office(
        "Student finance desk", "Fees and scholarships", "+442079460103", "finance@thornbury.example",
        "Tuition fees, instalments, scholarships, refunds", "Mon–Fri 9–16",
    ),
    Office(
        "Accommodation office", "Rooms and rent", "+442079460104", "rooms@thornbury.example",
        "Halls of residence, contracts, moving in", "Mon–Fri 9–17",
    ),
    Office(
        "Disability support", "Support plans", "+442079460105", "support@thornbury.example",
        "Adjustments, dyslexia, access to buildings, confidential advice", "Mon–Thu 10–16",
    ),
)  # fmt: skip

THEMES = (
    Theme("Applying", "Deadline", 16, ("Asked for the deadline for history.", "Late application, place still open.")),
    Theme("Applying", "How to apply", 14, ("Walked through the online form.", "School reference still missing.")),
    Theme(
        "Applying", "Entry requirements", 16, ("Read the usual offer for law.", "Asked about overseas qualifications.")
    ),
    Theme("My application", "Status", 18, ("Decision due next week.", "Offer was sent on Friday; resent by e-mail.")),
    Theme("My application", "Change or defer", 8, ("Defers by a year.", "Changes from physics to mathematics.")),
    Theme("Money", "Fees", 9, ("Two instalments explained.", "Asked for the overseas fee.")),
    Theme("Money", "Scholarships", 7, ("Sent the link to the music scholarship.",)),
    Theme(
        "Living here",
        "Accommodation",
        7,
        ("Room for a wheelchair user, passed on.", "Applied in time; contract in July."),
    ),
    Theme("Living here", "Visa", 3, ("Passed on to the international office.",)),
    Theme("Other", "Wrong number", 2, ("Wanted the library.",)),
)

MODULES = (
    Module("deadline", "Explained the deadline and where it stands on the web site."),
    Module("link sent", "Sent the link by e-mail while on the telephone."),
    Module("passed on", "Passed on to the department; they answer within two working days."),
    Module("documents", "Documents are missing; the caller will upload them in the portal."),
)

FREE = {"kind": "free", "currency": "GBP", "own_price": Decimal("0.045"), "own_currency": "GBP"}

ADMISSIONS = Service(
    name="Thornbury Admissions",
    slug="admissions",
    organisation="Thornbury University",
    time_zone="Europe/London",
    country="GB",
    languages=("en",),
    colour=3,
    greeting="Welcome to the admissions office of Thornbury University. An adviser will be with you shortly.",
    closed_message="The admissions office is closed. We are open from nine to five, Monday to Friday.",
    voicemail_message="All our advisers are busy. Please leave your name, number and question after the tone.",
    farewell="Thank you for calling. Goodbye!",
    numbers=(Line("+442079460010", "local", 12), Line("+448081570110", "toll_free", 6, FREE)),
    open_days="01234",
    opens=9,
    closes=17,
    people=PEOPLE,
    words=WORDS,
    answers=ANSWERS,
    offices=OFFICES,
    themes=THEMES,
    hourly=(0, 0, 0, 0, 0, 0, 0.1, 0.3, 1, 6, 7, 6, 5, 5, 6, 5, 4, 1, 0.5, 0.3, 0.1, 0, 0, 0),
    weekday_share=(1.3, 1.05, 1.0, 0.95, 0.8, 0.2, 0.1),
    talk_seconds=320,
    caller_prefix="+447700900",
    caller_digits=3,
    modules=MODULES,
    rings_all=True,
    caller_names=(
        "Alice Turner",
        "Ben Okafor",
        "Chloe Evans",
        "Daniel Shah",
        "Ella Morris",
        "Farah Aziz",
        "George Hill",
        "Hana Kim",
    ),
    recording_purpose="to train our advisers",
    survey=True,
    service_level_seconds=30,
)
