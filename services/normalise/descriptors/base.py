"""What every family of descriptors gives back, and how values as written are looked at."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from credstream.contract.values import Origin, Reason
from credstream.formats.shared.parsed import RawValue, Value

T = TypeVar("T")

LONGEST_SHOWN = 80
LONGEST_CACHED = 200
LARGEST = 1e12
NUMBER = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,6}))?")
THOUSANDS = 3

TRUE = frozenset({"true", "yes", "ja", "oui", "si", "sí", "sim", "1"})
FALSE = frozenset({"false", "no", "nein", "nee", "non", "não", "0"})


@dataclass(frozen=True, slots=True)
class Finding(Generic[T]):
    """A part of the contract, where it came from, and what was doubtful about it."""

    value: T
    origins: tuple[Origin, ...] = ()
    warnings: tuple[Reason, ...] = ()


def from_payload(descriptor: str, value: Value, result: object = None, rule: str = "") -> Origin:
    """An origin in the payload; the value as written is kept where it differs from `result`."""
    converted = result is not None and value.raw != result
    return Origin(
        descriptor=descriptor,
        origin="payload",
        path=value.path,
        rule=rule or None,
        raw=shown(value.raw) if converted else None,
    )


def derived(descriptor: str, value: Value, rule: str) -> Origin:
    """An origin by a rule that is more than another spelling of the same value."""
    return Origin(
        descriptor=descriptor, origin="derived", path=value.path, rule=rule, raw=shown(value.raw)
    )


def from_registration(descriptor: str) -> Origin:
    return Origin(descriptor=descriptor, origin="registration")


def doubt(code: str, value: Value, fix: str) -> Reason:
    """A warning with the value seen. Never for a value of a person."""
    return Reason(code=code, path=value.path, detail=f"seen {shown(value.raw)}; {fix}")


def shown(raw: RawValue) -> str:
    """A value as written, short enough for a warning."""
    text = raw if isinstance(raw, str) else _shown_other(raw)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def plain(value: Value | None) -> str | None:
    """A value as one text, None where there is none; of a language map the first text."""
    return next(iter(spellings(value)), None) if value else None


def spellings(value: Value) -> tuple[str, ...]:
    """Every text that a value offers for a look-up, English first."""
    raw = value.raw
    if isinstance(raw, Mapping):
        ordered = sorted(raw, key=lambda key: not key.lower().startswith("en"))
        return tuple(text for key in ordered if (text := str(raw[key]).strip()))
    text = _shown_other(raw) if not isinstance(raw, str) else raw.strip()
    return (text,) if text else ()


def known(value: Value | None, lookup: Callable[[str], T | None]) -> T | None:
    """What a vocabulary knows of a value in any of its spellings. `lookup` is a named function."""
    if value is None:
        return None
    for text in spellings(value):
        short = len(text) <= LONGEST_CACHED
        found: T | None = _looked_up(lookup, text) if short else lookup(text)
        if found is not None:
            return found
    return None


def sort_out(
    values: Iterable[Value], lookup: Callable[[str], T | None]
) -> tuple[tuple[tuple[Value, T], ...], tuple[Value, ...]]:
    """Values that a vocabulary knows with what it says of them, and those it does not know."""
    pairs = [(value, known(value, lookup)) for value in values if spellings(value)]
    recognised = tuple((value, found) for value, found in pairs if found is not None)
    return recognised, tuple(value for value, found in pairs if found is None)


def coded(
    descriptor: str,
    values: Iterable[Value],
    lookup: Callable[[str], str | None],
    code: str,
    fix: str,
) -> Finding[tuple[str, ...]]:
    """The codes of values, each once; a warning for each value without one."""
    recognised, strange = sort_out(values, lookup)
    return Finding(
        unique(found for _, found in recognised),
        tuple(from_payload(descriptor, value, found) for value, found in recognised),
        tuple(doubt(code, value, fix) for value in strange),
    )


def number(raw: RawValue) -> float | None:
    """A positive finite number of at most twelve digits, None for anything else.

    In a text a comma may stand before decimals; a point or comma before exactly three digits
    may be either mark and is not read.
    """
    if isinstance(raw, bool):
        return None
    if isinstance(raw, str):
        raw = _number_in_text(raw)
    if not isinstance(raw, int | float) or not 0 < raw < LARGEST or not math.isfinite(raw):
        return None
    return float(raw)


def truth(value: Value | None) -> bool | None:
    """A truth value, also where it is written as a word."""
    word = (plain(value) or "").casefold()
    return True if word in TRUE else False if word in FALSE else None


def fold(text: str) -> str:
    """A text without differences of case, width and blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def unique(items: Iterable[T]) -> tuple[T, ...]:
    """Items in their first order, each once."""
    return tuple(dict.fromkeys(items))


@lru_cache(maxsize=8192)
def _looked_up(lookup: Callable[[str], Any], text: str) -> Any:
    """Providers write the same few codes again and again; nothing of a person is looked up."""
    return lookup(text)


def _shown_other(raw: RawValue) -> str:
    if isinstance(raw, Mapping):
        return next((text for text in map(str, raw.values()) if text.strip()), "")
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < LARGEST:
        return str(int(raw))
    return str(raw).lower() if isinstance(raw, bool) else str(raw)


def _number_in_text(text: str) -> float:
    match = NUMBER.fullmatch(text.strip())
    if match is None or len(match[2] or "") == THOUSANDS:
        return math.nan
    return float(f"{match[1]}.{match[2] or 0}")
