"""What callers hear when a hotline has no words of its own: data per language, not a screen's catalogue."""

from django.utils.translation import get_language_info

from calls.steps import Say

_OWN_NAMES = {"fil": "Filipino"}

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "test_hello": "This is a test call. You hear us, so your telephone works. Press 1 to confirm, or hang up.",
        "test_thanks": "Thank you. Your keys arrive too. Goodbye.",
        "greeting": "Welcome to {organisation}. Please hold, we will answer as soon as we can.",
        "closed": "{organisation} is closed now. Please call again when we are open.",
        "voicemail": "Nobody can take your call right now. Please leave a message after the tone, "
        "and press any key when done.",
        "no_voicemail": "Nobody can take your call right now. Please call again later.",
        "farewell": "Thank you for calling {organisation}. Goodbye.",
        "thanks": "Thank you. Your message is saved.",
        "unknown": "This number is not in use.",
        "ring": "A call for {hotline}. Press 1 to take it.",
        "attend": "A conversation of {hotline}. Press 1 to come in.",
        "nobody_talks": "Nobody talks in this call any more. Goodbye.",
        "ask": "{operator} asks you about a call for {hotline}. Press 1 to talk.",
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
        "press_callback": "Press 1 and we call you back; you keep your place in the queue.",
        "callback_confirm": "We call you back on {digits}. Press 1 to confirm, or 2 for another number.",
        "callback_number": "Key in the number on which we call you back, and end with the hash key.",
        "callback_wrong": "We cannot call that number. Key in an ordinary number of this country, "
        "and end with the hash key.",
        "callback_enough": "We have promised this number enough calls for today. Please stay on the line.",
        "callback_promised": "Thank you. We call you back by {time}, and you keep your place. Goodbye.",
        "callback_promised_tomorrow": "Thank you. We call you back tomorrow by {time}, "
        "and you keep your place. Goodbye.",
        "callback_promised_turn": "Thank you. We call you back when it is your turn. Goodbye.",
        "callback_promised_later": "Thank you. We call you back when we are open again, "
        "and you keep your place. Goodbye.",
        "callback_hello": "This is {organisation}. You asked us to call you back. Press any key to be connected.",
        "ring_callback": "A callback for {hotline}. Press 1, and the caller is dialled.",
        "ring_out": "Your call for {hotline}. Press 1, and it is dialled.",
        "recorded": "This call is recorded: {purpose}.",
        "recorded_key": "If you do not want that, press {key}. You are helped just the same.",
        "recorded_ask": "We would like to record this call: {purpose}.",
        "recorded_ask_key": "If you agree, press {key}. If you press nothing, it is not recorded, and you are helped "
        "just the same.",
        "recorded_more": "Read more: {more}.",
        "survey": "How well were we able to help you? Press a key from 1, not at all, to 5, very well.",
    },
    "nb": {
        "test_hello": "Dette er en prøveoppringning. Du hører oss, så telefonen din virker. "
        "Trykk 1 for å bekrefte, eller legg på.",
        "test_thanks": "Takk. Tastene dine når også fram. Ha det bra.",
        "greeting": "Velkommen til {organisation}. Vent litt, vi svarer så snart vi kan.",
        "closed": "{organisation} er stengt nå. Ring gjerne igjen i åpningstiden.",
        "voicemail": "Ingen kan ta telefonen akkurat nå. Legg igjen en beskjed etter tonen, "
        "og trykk en tast når du er ferdig.",
        "no_voicemail": "Ingen kan ta telefonen akkurat nå. Ring gjerne igjen senere.",
        "farewell": "Takk for at du ringte {organisation}. Ha det bra.",
        "thanks": "Takk. Beskjeden er lagret.",
        "unknown": "Dette nummeret er ikke i bruk.",
        "ring": "Anrop til {hotline}. Trykk 1 for å ta det.",
        "attend": "En samtale hos {hotline}. Trykk 1 for å komme inn.",
        "nobody_talks": "Ingen snakker lenger i denne samtalen. Ha det.",
        "ask": "{operator} vil spørre deg om et anrop til {hotline}. Trykk 1 for å snakke.",
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
        "press_callback": "Trykk 1, så ringer vi deg opp; du beholder plassen din i køen.",
        "callback_confirm": "Vi ringer deg på {digits}. Trykk 1 for å bekrefte, eller 2 for et annet nummer.",
        "callback_number": "Tast nummeret vi skal ringe, og avslutt med firkanttast.",
        "callback_wrong": "Det nummeret kan vi ikke ringe. Tast et vanlig nummer i dette landet, "
        "og avslutt med firkanttast.",
        "callback_enough": "Vi har lovet dette nummeret nok oppringninger i dag. Vent gjerne på linjen.",
        "callback_promised": "Takk. Vi ringer deg innen klokken {time}, og du beholder plassen din. Ha det bra.",
        "callback_promised_tomorrow": "Takk. Vi ringer deg i morgen innen klokken {time}, og du beholder plassen din. "
        "Ha det bra.",
        "callback_promised_turn": "Takk. Vi ringer deg når det er din tur. Ha det bra.",
        "callback_promised_later": "Takk. Vi ringer deg når vi åpner igjen, og du beholder plassen din. Ha det bra.",
        "callback_hello": "Dette er {organisation}. Du ba oss ringe tilbake. Trykk en tast for å bli satt over.",
        "ring_callback": "En oppringning for {hotline}. Trykk 1, så ringes innringeren opp.",
        "ring_out": "Samtalen din for {hotline}. Trykk 1, så slås nummeret.",
        "recorded": "Denne samtalen blir tatt opp: {purpose}.",
        "recorded_key": "Trykk {key} hvis du ikke vil det. Du får like god hjelp.",
        "recorded_ask": "Vi ønsker å ta opp denne samtalen: {purpose}.",
        "recorded_ask_key": "Trykk {key} hvis du sier ja til det. Trykker du ingenting, blir den ikke tatt opp, "
        "og du får like god hjelp.",
        "recorded_more": "Les mer: {more}.",
        "survey": "Hvor godt fikk du hjelp? Trykk en tast fra 1, ikke i det hele tatt, til 5, svært godt.",
    },
    "fil": {
        "test_hello": "Pagsubok na tawag ito. Naririnig mo kami, kaya gumagana ang telepono mo. "
        "Pindutin ang 1 para kumpirmahin, o ibaba ang telepono.",
        "test_thanks": "Salamat. Dumarating din ang mga pindot mo. Paalam.",
        "greeting": "Maligayang pagtawag sa {organisation}. Maghintay po lamang, sasagutin namin kayo agad.",
        "closed": "Sarado po ang {organisation} ngayon. Tumawag po ulit kapag bukas na kami.",
        "voicemail": "Wala pong makasagot sa ngayon. Mag-iwan po ng mensahe pagkatapos ng tono, "
        "at pumindot ng kahit anong numero kapag tapos na.",
        "no_voicemail": "Wala pong makasagot sa ngayon. Tumawag po ulit mamaya.",
        "farewell": "Salamat po sa pagtawag sa {organisation}. Paalam po.",
        "thanks": "Salamat po. Naitala na ang inyong mensahe.",
        "unknown": "Hindi po ginagamit ang numerong ito.",
        "ring": "May tawag para sa {hotline}. Pindutin ang 1 para sagutin.",
        "attend": "May pag-uusap sa {hotline}. Pindutin ang 1 para pumasok.",
        "nobody_talks": "Wala nang nag-uusap sa tawag na ito. Paalam.",
        "ask": "May itatanong si {operator} tungkol sa tawag para sa {hotline}. Pindutin ang 1 para makausap.",
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
        "press_callback": "Pindutin po ang 1 at tatawagan namin kayo; hindi mawawala ang puwesto ninyo sa pila.",
        "callback_confirm": "Tatawagan po namin kayo sa {digits}. Pindutin ang 1 kung tama, o 2 para sa ibang numero.",
        "callback_number": "Ilagay po ang numerong tatawagan namin, at tapusin sa hash.",
        "callback_wrong": "Hindi po namin matatawagan ang numerong iyan. Maglagay po ng karaniwang numero "
        "sa bansang ito, at tapusin sa hash.",
        "callback_enough": "Sapat na po ang mga naipangakong tawag sa numerong ito ngayon. Maghintay po lamang.",
        "callback_promised": "Salamat po. Tatawagan namin kayo bago mag-{time}, "
        "at nasa inyo pa rin ang puwesto. Paalam.",
        "callback_promised_tomorrow": "Salamat po. Tatawagan namin kayo bukas, bago mag-{time}, "
        "at nasa inyo pa rin ang puwesto. Paalam.",
        "callback_promised_turn": "Salamat po. Tatawagan namin kayo kapag kayo na ang susunod. Paalam.",
        "callback_promised_later": "Salamat po. Tatawagan namin kayo kapag bukas na kami, "
        "at nasa inyo pa rin ang puwesto. Paalam.",
        "callback_hello": "Ito po ang {organisation}. Hiniling po ninyong tawagan namin kayo. "
        "Pindutin ang kahit anong numero para makausap kami.",
        "ring_callback": "May tatawagan para sa {hotline}. Pindutin ang 1, at tatawagan ang humiling.",
        "ring_out": "Ang tawag mo para sa {hotline}. Pindutin ang 1, at tatawagan ito.",
        "recorded": "Nire-record po ang tawag na ito: {purpose}.",
        "recorded_key": "Kung ayaw po ninyo, pindutin ang {key}. Tutulungan pa rin po kayo nang pareho.",
        "recorded_ask": "Nais po naming i-record ang tawag na ito: {purpose}.",
        "recorded_ask_key": "Kung pumapayag po kayo, pindutin ang {key}. Kung wala kayong pipindutin, hindi ito "
        "ire-record, at tutulungan pa rin po kayo nang pareho.",
        "recorded_more": "Basahin pa: {more}.",
        "survey": "Gaano po kayo natulungan? Pindutin ang mula 1, hindi natulungan, hanggang 5, lubos na natulungan.",
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
