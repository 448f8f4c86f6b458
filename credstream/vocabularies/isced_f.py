"""Fields of education and training (ISCED-F 2013); never the levels of ISCED 2011.

https://uis.unesco.org/en/topic/international-standard-classification-education-isced
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from credstream.vocabularies.tables import codes_by_name, read_list
from credstream.vocabularies.text import code_in_uri, match_key

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
    code = _CODE.fullmatch(code_in_uri(value, BASE) or value.strip())
    if code:
        return code[1] if code[1] in _labels() else None
    return _by_name().get(match_key(value))


def covers(limit: str, code: str) -> bool:
    """Whether a field lies within another; a code covers itself."""
    # 0714 is in 071, and 071 in 07: the digits of a code are its place in the tree.
    return limit in _labels() and code in _labels() and code.startswith(limit)


def uri(code: str) -> str:
    label(code)  # raises KeyError for a code that the list does not have
    return BASE + code


def label(code: str) -> str:
    return _labels()[code]


def all_fields() -> tuple[str, ...]:
    return tuple(sorted(_labels()))


@cache
def _labels() -> Mapping[str, str]:
    return read_list("isced_f")


@cache
def _by_name() -> Mapping[str, str]:
    shortest_first = sorted(_labels().items(), key=lambda item: len(item[0]))
    names = [(label_, code) for code, label_ in shortest_first]
    return codes_by_name([*names, *((f"{code} {label_}", code) for code, label_ in shortest_first)])
