"""Reading TwiML: a document becomes verbs, or an error with the carrier's own code."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

LIMIT_BYTES = 64 * 1024
VERBS = {
    *("Say", "Play", "Gather", "Record", "Enqueue", "Leave", "Dial", "Redirect", "Pause", "Hangup", "Reject"),
    *("Connect", "Echo", "Pay", "Prompt", "Queue", "Refer", "Siprec", "Sms", "Start", "Stop", "Transcription"),
}


class TwimlError(Exception):
    """A document the carrier cannot run; `code` is its number in the carrier's error dictionary."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Verb:
    """One element: name, attributes, own text, children."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple["Verb", ...] = ()

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.attributes.get(name)
        return default if value is None else value.lower() == "true"

    def number(self, name: str, default: float) -> float:
        try:
            return float(self.attributes[name])
        except (KeyError, ValueError):
            return default


def _verb(element: ET.Element) -> Verb:
    text = "".join([element.text or "", *(child.tail or "" for child in element)])
    return Verb(
        name=element.tag,
        attributes=dict(element.attrib),
        text=" ".join(text.split()),
        children=tuple(_verb(child) for child in element if isinstance(child.tag, str)),
    )


def spoken(verb: Verb) -> str:
    """What a Say says, the words inside its SSML included."""
    return " ".join([verb.text, *(spoken(child) for child in verb.children)]).strip()


def parse(body: bytes) -> tuple[Verb, ...]:
    """The verbs of a document. Raises TwimlError 11750 (too large), 12100 (not XML), 12102 (wrong root)."""
    if len(body) > LIMIT_BYTES:
        raise TwimlError(11750, "TwiML response body too large")
    if b"<!DOCTYPE" in body[:2048] or b"<!ENTITY" in body:
        raise TwimlError(12100, "Document parse failure")
    try:
        root = ET.fromstring(body)  # noqa: S314 - documents with a DTD are refused above
    except (ET.ParseError, ValueError) as problem:
        raise TwimlError(12100, f"Document parse failure: {problem}") from None
    if root.tag != "Response":
        raise TwimlError(12102, "The root element must be Response")
    verbs = tuple(_verb(child) for child in root if isinstance(child.tag, str))
    wrong = [verb.name for verb in verbs if verb.name not in VERBS and verb.name.capitalize() in VERBS]
    if wrong:
        raise TwimlError(12100, f"Element names are case sensitive: {wrong[0]}")
    return verbs
