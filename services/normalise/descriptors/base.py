"""What all families of descriptors return, and how they read values as written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from credstream.contract.values import Origin, Reason
from credstream.formats.shared.parsed import RawValue, Value
from credstream.vocabularies.text import normalised

T = TypeVar("T")

LONGEST_SHOWN = 80
LONGEST_CACHED = 200
LARGEST_NUMBER = 1e12
NUMBER = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,6}))?")
DIGITS_OF_THOUSANDS = 3

TRUE_WORDS = frozenset({"true", "yes", "ja", "oui", "si", "sí", "sim", "1"})
FALSE_WORDS = frozenset({"false", "no", "nein", "nee", "non", "não", "0"})


@dataclass(frozen=True, slots=True)
class WithOrigins(Generic[T]):
    """A value of the contract with its origins and with the warnings about it."""

    value: T
    origins: tuple[Origin, ...] = ()
    warnings: tuple[Reason, ...] = ()


def from_payload(descriptor: str, value: Value, result: object = None, rule: str = "") -> Origin:
    """An origin in the payload; the value as written is kept where it differs from `result`."""
    is_converted = result is not None and value.raw != result
    return Origin(
        descriptor=descriptor,
        origin="payload",
        path=value.path,
        rule=rule or None,
        raw=shortened(value.raw) if is_converted else None,
    )


def derived(descriptor: str, value: Value, rule: str) -> Origin:
    """An origin by a rule that does more than to choose another notation of the value."""
    return Origin(
        descriptor=descriptor,
        origin="derived",
        path=value.path,
        rule=rule,
        raw=shortened(value.raw),
    )


def from_registration(descriptor: str) -> Origin:
    return Origin(descriptor=descriptor, origin="registration")


def warning_about(code: str, value: Value, fix: str) -> Reason:
    """A warning with the value as written. Never for a value about a person."""
    return Reason(code=code, path=value.path, detail=f"seen {shortened(value.raw)}; {fix}")


def shortened(raw: RawValue) -> str:
    """A value as written, short enough for a warning."""
    text = raw if isinstance(raw, str) else _other_as_text(raw)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def single_text(value: Value | None) -> str | None:
    """A value as one text, of a language map the first; None where there is no text."""
    return next(iter(candidate_texts(value)), None) if value else None


def candidate_texts(value: Value) -> tuple[str, ...]:
    """Every text of a value that may be looked up, English first."""
    raw = value.raw
    if isinstance(raw, Mapping):
        # The vocabularies have more synonyms in English than in any other language.
        tags = sorted(raw, key=lambda tag: not tag.lower().startswith("en"))
        return tuple(text for tag in tags if (text := str(raw[tag]).strip()))
    text = _other_as_text(raw) if not isinstance(raw, str) else raw.strip()
    return (text,) if text else ()


def look_up(value: Value | None, lookup: Callable[[str], T | None]) -> T | None:
    """The term of a vocabulary for any of a value's texts.

    `lookup` is a named function: its results are cached by it.
    """
    if value is None:
        return None
    for text in candidate_texts(value):
        is_short = len(text) <= LONGEST_CACHED
        term: T | None = _cached_look_up(lookup, text) if is_short else lookup(text)
        if term is not None:
            return term
    return None


def look_up_all(
    values: Iterable[Value], lookup: Callable[[str], T | None]
) -> tuple[tuple[tuple[Value, T], ...], tuple[Value, ...]]:
    """The values that a vocabulary recognises, each with its term, and those it does not."""
    pairs = [(value, look_up(value, lookup)) for value in values if candidate_texts(value)]
    recognised = tuple((value, term) for value, term in pairs if term is not None)
    return recognised, tuple(value for value, term in pairs if term is None)


def codes_of(
    descriptor: str,
    values: Iterable[Value],
    lookup: Callable[[str], str | None],
    code: str,
    fix: str,
) -> WithOrigins[tuple[str, ...]]:
    """The codes of values, each once; a warning for each value without one."""
    recognised, unrecognised = look_up_all(values, lookup)
    return WithOrigins(
        unique(term for _, term in recognised),
        tuple(from_payload(descriptor, value, term) for value, term in recognised),
        tuple(warning_about(code, value, fix) for value in unrecognised),
    )


def positive_number(raw: RawValue) -> float | None:
    """A positive finite number of at most twelve digits; None for anything else.

    A text may have a comma or a point before decimals. Before exactly three digits either may
    as well separate thousands, so such a text is not read.
    """
    if isinstance(raw, bool):
        return None
    if isinstance(raw, str):
        raw = _number_in_text(raw)
    if not isinstance(raw, int | float) or not 0 < raw < LARGEST_NUMBER or not math.isfinite(raw):
        return None
    return float(raw)


def truth_value(value: Value | None) -> bool | None:
    """A truth value, also where it is written as a word."""
    word = (single_text(value) or "").casefold()
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


def casefolded(text: str) -> str:
    """A text without differences of case, width and blanks."""
    return " ".join(normalised("NFKC", text).casefold().split())


def unique(items: Iterable[T]) -> tuple[T, ...]:
    """The items in their first order, each once."""
    return tuple(dict.fromkeys(items))


@lru_cache(maxsize=8192)
def _cached_look_up(lookup: Callable[[str], Any], text: str) -> Any:
    """Providers write the same few codes in every record; nothing about a person is looked up."""
    return lookup(text)


def _other_as_text(raw: RawValue) -> str:
    if isinstance(raw, Mapping):
        return next((text for text in map(str, raw.values()) if text.strip()), "")
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < LARGEST_NUMBER:
        return str(int(raw))
    return str(raw).lower() if isinstance(raw, bool) else str(raw)


def _number_in_text(text: str) -> float:
    match = NUMBER.fullmatch(text.strip())
    if match is None or len(match[2] or "") == DIGITS_OF_THOUSANDS:
        return math.nan
    return float(f"{match[1]}.{match[2] or 0}")
