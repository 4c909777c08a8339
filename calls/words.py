"""What callers hear when a hotline has no words of its own: data per language, not a screen's catalogue."""

from calls.steps import Say

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "greeting": "Welcome to {organisation}. Please hold, we will answer as soon as we can.",
        "closed": "{organisation} is closed now. Please call again when we are open.",
        "voicemail": "Nobody can take your call right now. Please leave a message after the tone, "
        "and press any key when done.",
        "no_voicemail": "Nobody can take your call right now. Please call again later.",
        "farewell": "Thank you for calling {organisation}. Goodbye.",
        "thanks": "Thank you. Your message is saved.",
        "unknown": "This number is not in use.",
        "ring": "A call for {hotline}. Press 1 to take it.",
        "taken": "This call is already taken. Goodbye.",
        "gone": "The caller has hung up. Goodbye.",
        "moment": "One moment, please.",
        "trouble": "We have a technical problem. Please stay on the line, or call again in a few minutes.",
        "position": "You are number {position} in the queue.",
        "soon": "Your call is the next to be answered.",
        "expected": "The expected wait is about {minutes} minutes.",
        "expected_one": "The expected wait is about one minute.",
        "press_voicemail": "To leave a message instead, press 2.",
        "recorded": "This call is recorded: {purpose}.",
        "recorded_key": "If you do not want that, press {key}. You are helped just the same.",
        "recorded_ask": "We would like to record this call: {purpose}.",
        "recorded_ask_key": "If you agree, press {key}. If you press nothing, it is not recorded, and you are helped "
        "just the same.",
        "recorded_more": "Read more: {more}.",
        "survey": "How well were we able to help you? Press a key from 1, not at all, to 5, very well.",
    },
    "nb": {
        "greeting": "Velkommen til {organisation}. Vent litt, vi svarer så snart vi kan.",
        "closed": "{organisation} er stengt nå. Ring gjerne igjen i åpningstiden.",
        "voicemail": "Ingen kan ta telefonen akkurat nå. Legg igjen en beskjed etter tonen, "
        "og trykk en tast når du er ferdig.",
        "no_voicemail": "Ingen kan ta telefonen akkurat nå. Ring gjerne igjen senere.",
        "farewell": "Takk for at du ringte {organisation}. Ha det bra.",
        "thanks": "Takk. Beskjeden er lagret.",
        "unknown": "Dette nummeret er ikke i bruk.",
        "ring": "Anrop til {hotline}. Trykk 1 for å ta det.",
        "taken": "Anropet er allerede tatt. Ha det.",
        "gone": "Innringeren har lagt på. Ha det.",
        "moment": "Et øyeblikk.",
        "trouble": "Vi har en teknisk feil. Vent litt, eller ring igjen om noen minutter.",
        "position": "Du er nummer {position} i køen.",
        "soon": "Du er den neste som får svar.",
        "expected": "Forventet ventetid er omtrent {minutes} minutter.",
        "expected_one": "Forventet ventetid er omtrent ett minutt.",
        "press_voicemail": "Trykk 2 for å legge igjen en beskjed i stedet.",
        "recorded": "Denne samtalen blir tatt opp: {purpose}.",
        "recorded_key": "Trykk {key} hvis du ikke vil det. Du får like god hjelp.",
        "recorded_ask": "Vi ønsker å ta opp denne samtalen: {purpose}.",
        "recorded_ask_key": "Trykk {key} hvis du sier ja til det. Trykker du ingenting, blir den ikke tatt opp, "
        "og du får like god hjelp.",
        "recorded_more": "Les mer: {more}.",
        "survey": "Hvor godt fikk du hjelp? Trykk en tast fra 1, ikke i det hele tatt, til 5, svært godt.",
    },
    "fil": {
        "greeting": "Maligayang pagtawag sa {organisation}. Maghintay po lamang, sasagutin namin kayo agad.",
        "closed": "Sarado po ang {organisation} ngayon. Tumawag po ulit kapag bukas na kami.",
        "voicemail": "Wala pong makasagot sa ngayon. Mag-iwan po ng mensahe pagkatapos ng tono, "
        "at pumindot ng kahit anong numero kapag tapos na.",
        "no_voicemail": "Wala pong makasagot sa ngayon. Tumawag po ulit mamaya.",
        "farewell": "Salamat po sa pagtawag sa {organisation}. Paalam po.",
        "thanks": "Salamat po. Naitala na ang inyong mensahe.",
        "unknown": "Hindi po ginagamit ang numerong ito.",
        "ring": "May tawag para sa {hotline}. Pindutin ang 1 para sagutin.",
        "taken": "Nasagot na ang tawag na ito. Paalam.",
        "gone": "Ibinaba na ng tumatawag. Paalam.",
        "moment": "Sandali lang po.",
        "trouble": "May problema pong teknikal. Maghintay po lamang, o tumawag ulit pagkaraan ng ilang minuto.",
        "position": "Kayo po ang numero {position} sa pila.",
        "soon": "Kayo na po ang susunod na sasagutin.",
        "expected": "Mga {minutes} minuto po ang inaasahang paghihintay.",
        "expected_one": "Mga isang minuto po ang inaasahang paghihintay.",
        "press_voicemail": "Para mag-iwan ng mensahe, pindutin po ang 2.",
        "recorded": "Nire-record po ang tawag na ito: {purpose}.",
        "recorded_key": "Kung ayaw po ninyo, pindutin ang {key}. Tutulungan pa rin po kayo nang pareho.",
        "recorded_ask": "Nais po naming i-record ang tawag na ito: {purpose}.",
        "recorded_ask_key": "Kung pumapayag po kayo, pindutin ang {key}. Kung wala kayong pipindutin, hindi ito "
        "ire-record, at tutulungan pa rin po kayo nang pareho.",
        "recorded_more": "Basahin pa: {more}.",
        "survey": "Gaano po kayo natulungan? Pindutin ang mula 1, hindi natulungan, hanggang 5, lubos na natulungan.",
    },
}


def word(name: str, language: str, **values: object) -> Say:
    """The default words called `name` in `language`; English stands in for a language without words."""
    spoken = language if language in _WORDS else "en"
    return Say(_WORDS[spoken][name].format(**values), spoken)


def own_or_word(own: str, name: str, language: str, **values: object) -> Say:
    """The hotline's own words, as written, or the default ones."""
    return Say(own, language) if own.strip() else word(name, language, **values)
