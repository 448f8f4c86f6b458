"""Looks into XML by local names, whatever the namespace, each value with its path."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from lxml import etree

from credstream.formats.shared.parsed import Value

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
UNSAID = "und"
NUMBER = re.compile(r"\[[0-9]+\]$")


@dataclass(frozen=True, slots=True)
class Spot:
    """An element and the path where it stands; without an element (and false) where none is."""

    element: etree._Element | None
    path: str

    def __bool__(self) -> bool:
        return self.element is not None


def name_of(element: etree._Element) -> str:
    """The local name; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def kids(spot: Spot, *names: str) -> tuple[Spot, ...]:
    """The children of some names in their order; numbered where a name stands more than once."""
    if spot.element is None:
        return ()
    found = list(spot.element.iterchildren(*map(_anywhere, names)))
    if len(found) < 2:  # noqa: PLR2004 - one alone needs no number
        return tuple(Spot(each, f"{spot.path}/{name_of(each)}") for each in found)
    counts = Counter(map(name_of, found))
    seen: Counter[str] = Counter()
    spots = []
    for each in found:
        name = name_of(each)
        seen[name] += 1
        number = f"[{seen[name]}]" if counts[name] > 1 else ""
        spots.append(Spot(each, f"{spot.path}/{name}{number}"))
    return tuple(spots)


@cache
def _anywhere(name: str) -> str:
    """A name in any namespace or none, as lxml looks for it."""
    return f"{{*}}{name}"


def kid(spot: Spot, *way: str) -> Spot:
    """The first element down a way of names."""
    for name in way:
        spot = next(iter(kids(spot, name)), Spot(None, f"{spot.path}/{name}"))
    return spot


def down(spot: Spot, *way: str) -> tuple[Spot, ...]:
    """Every element at the end of a way of names."""
    spots: tuple[Spot, ...] = (spot,)
    for name in way:
        spots = tuple(each for one in spots for each in kids(one, name))
    return spots


def said(spot: Spot, shape: str = "") -> Value | None:
    """The text of an element, without blanks around it."""
    if spot.element is None:
        return None
    text = (spot.element.text or "").strip()
    return Value(text, spot.path, shape) if text else None


def text(spot: Spot, *way: str) -> Value | None:
    """The first text at the end of a way of names."""
    return next((found for each in down(spot, *way) if (found := said(each))), None)


def attribute(spot: Spot, *names: str) -> Value | None:
    """The first attribute of some local names."""
    if spot.element is None:
        return None
    for key, value in spot.element.items():
        name = key.rpartition("}")[2]
        if name in names and value.strip():
            return Value(value.strip(), f"{spot.path}/@{name}")
    return None


def spoken(spots: tuple[Spot, ...]) -> Value | None:
    """Texts in several languages as one value, by `xml:lang` or a plain `lang`."""
    words: dict[str, str] = {}
    for each in spots:
        found = said(each)
        if found is not None and each.element is not None:
            language = each.element.get(LANG) or each.element.get("lang") or UNSAID
            words.setdefault(language.strip() or UNSAID, str(found.raw))
    if not words:
        return None
    plain = set(words) == {UNSAID}
    return Value(
        words[UNSAID] if plain else words, spots[0].path.rpartition("[")[0] or spots[0].path
    )
