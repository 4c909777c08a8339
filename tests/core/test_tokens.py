"""The palette can be read: every colour that says something, measured on every ground it stands on."""

import re
from pathlib import Path

import pytest

from hotline.core.templatetags.components import KINDS, STATES

CORE = Path(__file__).parents[2] / "static" / "core"
SHEET = re.sub(r"/\*.*?\*/", "", (CORE / "tokens.css").read_text(), flags=re.S)
ASKED_FOR = SHEET.split("@media (prefers-contrast: more) {", 1)[1]
PAIR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
LOOKS = ["light", "dark", "light, high contrast", "dark, high contrast"]
GROUNDS = ["paper", "surface"]


def block(sheet: str, opening: str) -> str:
    return sheet.split(opening, 1)[1].split("}", 1)[0]


def palette(look: str) -> dict[str, str]:
    pairs = PAIR.findall(block(SHEET, ":root {"))
    if "high contrast" in look:
        pairs += PAIR.findall(block(ASKED_FOR, ":root {"))
    return {name: light if look.startswith("light") else dark for name, light, dark in pairs}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_agrees_with_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("look", LOOKS)
def test_words_in_a_colour_can_be_read_on_every_ground(look):
    colours, least = palette(look), 7 if "high contrast" in look else 4.5
    pairs = [(kind, ground) for kind in KINDS for ground in (f"{kind}-soft", *GROUNDS)]
    pairs += [(text, ground) for text in ("ink", "muted", "brand-strong") for ground in (*GROUNDS, "sunken")]
    pairs += [("on-brand", "brand"), ("on-brand", "brand-strong"), ("brand-strong", "brand-soft"), ("ink", "bad-soft")]
    measured = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: round(value, 2) for pair, value in measured.items() if value < least} == {}
    assert len(measured) > 25


@pytest.mark.parametrize("look", LOOKS)
def test_edges_and_hotline_colours_stand_out_from_their_ground(look):
    colours = palette(look)
    seen = ["line-strong", *(f"line-{hue}" for hue in range(1, 9))]
    wrong = {(name, ground): contrast(colours[name], colours[ground]) for name in seen for ground in GROUNDS}
    assert {pair: round(value, 2) for pair, value in wrong.items() if value < 3} == {}


def test_the_style_page_shows_the_high_contrast_that_the_system_asks_for():
    shown = block((CORE / "style.css").read_text(), '[data-contrast="more"] {')
    assert shown.split() == block(ASKED_FOR, ":root {").split()


def test_every_state_has_an_icon_and_a_word_of_its_own():
    icons = set(re.findall(r'<symbol id="(\w+)"', (CORE / "icons.svg").read_text()))
    assert set(STATES) <= icons
    words = [str(word) for word, _ in STATES.values()]
    assert all(words)
    assert len(set(words)) == len(words)
    assert {kind for _, kind in STATES.values()} <= set(KINDS)
