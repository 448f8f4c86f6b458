"""Languages: BCP 47 primary subtags by tag, code, URI or name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from credstream.vocabularies.tables import codes_by_name, read_list
from credstream.vocabularies.text import code_in_uri, match_key

BASE = "http://publications.europa.eu/resource/authority/language/"

# ISO 639-2/B has a second code for these; the last four are subtags that were withdrawn:
# https://www.iana.org/assignments/language-subtag-registry
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
# Language, script, region and variants: https://www.rfc-editor.org/rfc/rfc5646#section-2.1. The
# region is not looked up, so that `en_EN` is read as well.
_TAG = re.compile(
    r"([a-z]{2,3})([-_][a-z]{4})?([-_]([a-z]{2}|[0-9]{3}))?([-_]([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
)


def language(value: str) -> str | None:
    """The primary subtag of a language given by tag, code, authority URI or name.

    ISO 639-1 where it has a code, else ISO 639-3. Languages that neither the European list names
    nor ISO 639-1 holds are unknown, and so are `und`, `mul` and `zxx`, which name none.
    """
    text = (code_in_uri(value, BASE) or value.strip()).lower()
    tag = _TAG.fullmatch(text)
    code = _by_code().get(tag[1]) if tag else None
    return code or _by_name().get(match_key(text))


def authority_uri(code: str) -> str:
    return BASE + _rows()[code][0]


def label(code: str) -> str:
    return _rows()[code][1]


def all_languages() -> tuple[str, ...]:
    return tuple(sorted(_rows()))


@cache
def _rows() -> Mapping[str, list[str]]:
    return read_list("languages")


@cache
def _by_code() -> Mapping[str, str]:
    by_subtag = {code: code for code in _rows()}
    by_authority = {row[0].lower(): code for code, row in _rows().items()}
    return by_subtag | by_authority | _ALIASES


@cache
def _by_name() -> Mapping[str, str]:
    # Languages of ISO 639-1 come first in the file, so a name that two languages share is theirs.
    return codes_by_name((name, code) for code, row in _rows().items() for name in row[1:])
