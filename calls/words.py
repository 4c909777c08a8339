"""What callers hear when a hotline has no words of its own: data per language, not a screen's catalogue."""

from django.utils.translation import get_language_info

from calls.steps import Say

_OWN_NAMES = {"fil": "Filipino"}

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
        "gate": "To reach us, please press {key}.",
        "gate_over": "No key was pressed. Please call again. Goodbye.",
        "price_per_minute": "This call costs {amount} per minute.",
        "price_per_call": "This call costs {amount}.",
        "price_cap": "It costs {amount} at most.",
        "wrong_key": "That key leads nowhere.",
        "position": "You are number {position} in the queue.",
        "soon": "Your call is the next to be answered.",
        "expected": "The expected wait is about {minutes} minutes.",
        "expected_one": "The expected wait is about one minute.",
        "press_voicemail": "To leave a message instead, press 2.",
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
        "gate": "Trykk {key} for å komme videre til oss.",
        "gate_over": "Ingen tast ble trykket. Ring gjerne igjen. Ha det.",
        "price_per_minute": "Denne samtalen koster {amount} per minutt.",
        "price_per_call": "Denne samtalen koster {amount}.",
        "price_cap": "Den koster høyst {amount}.",
        "wrong_key": "Den tasten fører ingen steder.",
        "position": "Du er nummer {position} i køen.",
        "soon": "Du er den neste som får svar.",
        "expected": "Forventet ventetid er omtrent {minutes} minutter.",
        "expected_one": "Forventet ventetid er omtrent ett minutt.",
        "press_voicemail": "Trykk 2 for å legge igjen en beskjed i stedet.",
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
        "gate": "Para makausap kami, pindutin po ang {key}.",
        "gate_over": "Walang pinindot na numero. Tumawag po ulit. Paalam.",
        "price_per_minute": "Ang tawag na ito ay nagkakahalaga ng {amount} bawat minuto.",
        "price_per_call": "Ang tawag na ito ay nagkakahalaga ng {amount}.",
        "price_cap": "Hindi po ito lalampas sa {amount}.",
        "wrong_key": "Hindi po ginagamit ang numerong iyon.",
        "position": "Kayo po ang numero {position} sa pila.",
        "soon": "Kayo na po ang susunod na sasagutin.",
        "expected": "Mga {minutes} minuto po ang inaasahang paghihintay.",
        "expected_one": "Mga isang minuto po ang inaasahang paghihintay.",
        "press_voicemail": "Para mag-iwan ng mensahe, pindutin po ang 2.",
    },
}


def language_name(code: str) -> str:
    """What a language calls itself, as on screens; its code where nobody told us."""
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return _OWN_NAMES.get(code, code)


def word(name: str, language: str, **values: object) -> Say:
    """The default words called `name` in `language`; English stands in for a language without words."""
    spoken = language if language in _WORDS else "en"
    return Say(_WORDS[spoken][name].format(**values), spoken)


def own_or_word(own: str, name: str, language: str, **values: object) -> Say:
    """The hotline's own words, as written, or the default ones."""
    return Say(own, language) if own.strip() else word(name, language, **values)
