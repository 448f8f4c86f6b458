"""Fields of education and training (ISCED-F 2013); never the levels of ISCED 2011."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from credstream.vocabularies.tables import first, read
from credstream.vocabularies.text import squeeze, tail

BASE = "http://data.europa.eu/snb/isced-f/"

# `ISCED 05` alone may be a level: only the F makes it a field.
_CODE = re.compile(
    r"(?:isced[ _-]?f(?:[ _-]2013)?[ :_-]{0,2})?([0-9]{2,4})", re.IGNORECASE | re.ASCII
)


def field(value: str) -> str | None:
    """The code of 2, 3 or 4 digits from the code as it stands in the list, the URI or the label.

    A leading zero is part of a code: `714` is none. A label that a broad and a narrower field
    share gives the broad one, which claims less.
    """
    found = _CODE.fullmatch(tail(value, BASE) or value.strip())
    if found:
        return found[1] if found[1] in _labels() else None
    return _by_name().get(squeeze(value))


def covers(limit: str, code: str) -> bool:
    """Whether a field lies within another; a code covers itself."""
    return limit in _labels() and code in _labels() and code.startswith(limit)


def uri(code: str) -> str:
    label(code)
    return BASE + code


def label(code: str) -> str:
    return _labels()[code]


def all_fields() -> tuple[str, ...]:
    return tuple(sorted(_labels()))


@cache
def _labels() -> Mapping[str, str]:
    return read("isced_f")


@cache
def _by_name() -> Mapping[str, str]:
    shortest_first = sorted(_labels().items(), key=lambda item: len(item[0]))
    names = [(label_, code) for code, label_ in shortest_first]
    return first([*names, *((f"{code} {label_}", code) for code, label_ in shortest_first)])
