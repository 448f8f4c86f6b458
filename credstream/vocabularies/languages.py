"""Languages: BCP 47 primary subtags from what the field writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from credstream.vocabularies.tables import first, read
from credstream.vocabularies.text import squeeze, tail

BASE = "http://publications.europa.eu/resource/authority/language/"

# ISO 639-2 has a second code for these; the last four are subtags that were withdrawn.
_ALIASES = {
    "tib": "bo",
    "cze": "cs",
    "wel": "cy",
    "ger": "de",
    "gre": "el",
    "baq": "eu",
    "per": "fa",
    "fre": "fr",
    "arm": "hy",
    "ice": "is",
    "geo": "ka",
    "mac": "mk",
    "mao": "mi",
    "may": "ms",
    "bur": "my",
    "dut": "nl",
    "rum": "ro",
    "slo": "sk",
    "alb": "sq",
    "chi": "zh",
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "mo": "ro",
}
# Language, then script, region and variants; `en_EN` has a region that is none, but is meant.
_TAG = re.compile(
    r"([a-z]{2,3})([-_][a-z]{4})?([-_]([a-z]{2}|[0-9]{3}))?([-_]([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
)


def language(value: str) -> str | None:
    """The primary subtag of a language given by tag, code, authority URI or name.

    ISO 639-1 where it has a code, else ISO 639-3. Languages that neither the European list names
    nor ISO 639-1 holds are unknown, and so are `und`, `mul` and `zxx`, which name none.
    """
    text = (tail(value, BASE) or value.strip()).lower()
    found = _TAG.fullmatch(text)
    code = _by_code().get(found[1]) if found else None
    return code or _by_name().get(squeeze(text))


def authority_uri(code: str) -> str:
    return BASE + _rows()[code][0]


def label(code: str) -> str:
    return _rows()[code][1]


def all_languages() -> tuple[str, ...]:
    return tuple(sorted(_rows()))


@cache
def _rows() -> Mapping[str, list[str]]:
    return read("languages")


@cache
def _by_code() -> Mapping[str, str]:
    own = {code: code for code in _rows()}
    long = {row[0].lower(): code for code, row in _rows().items()}
    return own | long | _ALIASES


@cache
def _by_name() -> Mapping[str, str]:
    # Languages of ISO 639-1 come first in the file: theirs is the name that two share.
    return first((name, code) for code, row in _rows().items() for name in row[1:])
