"""Holding TwiML against a vocabulary: unknown elements, attributes, nesting and values."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Vocabulary:
    """Elements, the children and attributes each may have, and the values of enumerations.

    Built from data of the form {"classes": {Name: {"element", "attributes", "children"}}, "enums": {Name: [...]}};
    several classes may share an element (SSML words do), and then any of them will do.
    """

    data: dict[str, Any]
    elements: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, entry in self.data["classes"].items():
            element = "Response" if name == "VoiceResponse" else entry["element"]
            self.elements.setdefault(element, []).append({**entry, "class": name})

    def _children(self, entry: dict[str, Any]) -> set[str]:
        classes = self.data["classes"]
        return {classes[name]["element"] if name in classes else name for name in entry["children"]}

    def problems(self, body: bytes) -> list[str]:
        """What the carrier would warn of, one sentence each; an empty list is clean."""
        try:
            root = ET.fromstring(body)  # noqa: S314 - our own answers, parsed by the carrier's rules before
        except ET.ParseError as problem:
            return [f"not XML: {problem}"]
        if root.tag != "Response":
            return [f"the root is <{root.tag}>, not <Response>"]
        found: list[str] = []
        self._walk(root, found)
        return found

    def _walk(self, element: ET.Element, found: list[str]) -> None:
        entries = self.elements.get(element.tag)
        if entries is None:
            found.append(f"<{element.tag}> is not a TwiML element")
            return
        self._attributes(element, entries, found)
        allowed = set().union(*(self._children(entry) for entry in entries))
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if child.tag in self.elements and child.tag not in allowed:
                found.append(f"<{child.tag}> may not stand in <{element.tag}>")
            self._walk(child, found)

    def _attributes(self, element: ET.Element, entries: list[dict[str, Any]], found: list[str]) -> None:
        known: dict[str, Any] = {}
        for entry in entries:
            known.update(entry["attributes"])
        for name, value in element.attrib.items():
            local = name.replace("{http://www.w3.org/XML/1998/namespace}", "xml:")
            if local not in known:
                if element.tag != "Parameter":
                    found.append(f'<{element.tag}> has no attribute "{local}"')
                continue
            found.extend(self._value(element.tag, local, value, known[local]))

    def _value(self, tag: str, name: str, value: str, spec: dict[str, Any]) -> list[str]:
        kind, enum = spec.get("type", "string"), spec.get("enum")
        values = value.split() if kind == "list" else [value]
        if enum and (bad := [one for one in values if one not in self.data["enums"].get(enum, [one])]):
            return [f'<{tag} {name}="{value}">: {", ".join(bad)} is not one of its values']
        if kind == "boolean" and value not in ("true", "false"):
            return [f'<{tag} {name}="{value}"> is neither true nor false']
        if kind in ("number", "integer") and not re.fullmatch(r"-?\d+(\.\d+)?", value):
            return [f'<{tag} {name}="{value}"> is not a number']
        return []
