"""Countries: ISO 3166-1 alpha-2 codes from what the field writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from credstream.vocabularies.tables import first, read
from credstream.vocabularies.text import squeeze, tail

BASE = "http://publications.europa.eu/resource/authority/country/"

# The European list has codes without an alpha-2 code: CPT (Clipperton), EUR (the Union) and
# OP_DATPRO stand for no country here. Two countries stand in it under codes of its own; XK is
# the customary code of Kosovo, ISO has none.
_AUTHORITY = {"XK": "1A0", "TF": "FQ0"}
_ALIASES = {"EL": "GR", "UK": "GB", "SF": "FI"}
_CODE = re.compile(r"[A-Za-z]{2,3}|1A0|FQ0")


def country(value: str) -> str | None:
    """The alpha-2 code of a country given by code, authority URI or English or own name."""
    text = tail(value, BASE) or value.strip()
    code = _by_code().get(text.upper()) if _CODE.fullmatch(text) else None
    return code or _by_name().get(_name(text))


def alpha3(alpha2: str) -> str:
    code: str = _rows()[alpha2][0]
    return code


def authority_uri(alpha2: str) -> str:
    return BASE + (_AUTHORITY.get(alpha2) or alpha3(alpha2))


def label(alpha2: str) -> str:
    name: str = _rows()[alpha2][1]
    return name


def all_countries() -> tuple[str, ...]:
    """Every alpha-2 code in order; there is one topic of awards for each."""
    return tuple(sorted(_rows()))


@cache
def _rows() -> Mapping[str, list[str]]:
    return read("countries")


@cache
def _by_code() -> Mapping[str, str]:
    own = {alpha2: alpha2 for alpha2 in _rows()}
    long = {row[0]: alpha2 for alpha2, row in _rows().items()}
    authority = {code: alpha2 for alpha2, code in _AUTHORITY.items()}
    return own | long | authority | _ALIASES


@cache
def _by_name() -> Mapping[str, str]:
    names = [(row[1], code) for code, row in _rows().items()]
    names += [(name, code) for code, row in _rows().items() for name in row[2:]]
    return first((_name(name), code) for name, code in names)


def _name(text: str) -> str:
    return squeeze(text).removeprefix("the").removesuffix("the")
