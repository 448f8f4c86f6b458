"""Countries: ISO 3166-1 alpha-2 codes by code, URI or name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from credstream.vocabularies.tables import codes_by_name, read_list
from credstream.vocabularies.text import code_in_uri, match_key

BASE = "http://publications.europa.eu/resource/authority/country/"

# The authority table (https://op.europa.eu/en/web/eu-vocabularies, "country") has two countries
# under codes of its own; XK is the customary code of Kosovo, for which ISO 3166 has none. Its
# codes without an alpha-2 code (CPT, EUR, OP_DATPRO) are no countries here.
_AUTHORITY_CODES = {"XK": "1A0", "TF": "FQ0"}
# Greece and the United Kingdom in texts of the European Union, Finland in Erasmus codes.
_ALIASES = {"EL": "GR", "UK": "GB", "SF": "FI"}
_CODE = re.compile(r"[A-Za-z]{2,3}|1A0|FQ0")


def country(value: str) -> str | None:
    """The alpha-2 code of a country given by code, authority URI or English or own name."""
    text = code_in_uri(value, BASE) or value.strip()
    code = _by_code().get(text.upper()) if _CODE.fullmatch(text) else None
    return code or _by_name().get(_match_key(text))


def alpha3(alpha2: str) -> str:
    code: str = _rows()[alpha2][0]
    return code


def authority_uri(alpha2: str) -> str:
    return BASE + (_AUTHORITY_CODES.get(alpha2) or alpha3(alpha2))


def label(alpha2: str) -> str:
    name: str = _rows()[alpha2][1]
    return name


def all_countries() -> tuple[str, ...]:
    """Every alpha-2 code in order; there is one topic of awards for each."""
    return tuple(sorted(_rows()))


@cache
def _rows() -> Mapping[str, list[str]]:
    return read_list("countries")


@cache
def _by_code() -> Mapping[str, str]:
    by_alpha2 = {alpha2: alpha2 for alpha2 in _rows()}
    by_alpha3 = {row[0]: alpha2 for alpha2, row in _rows().items()}
    by_authority = {code: alpha2 for alpha2, code in _AUTHORITY_CODES.items()}
    return by_alpha2 | by_alpha3 | by_authority | _ALIASES


@cache
def _by_name() -> Mapping[str, str]:
    names = [(row[1], code) for code, row in _rows().items()]
    names += [(name, code) for code, row in _rows().items() for name in row[2:]]
    return codes_by_name((_match_key(name), code) for name, code in names)


def _match_key(text: str) -> str:
    """Without the article of `The Netherlands` and `Netherlands (the)`."""
    return match_key(text).removeprefix("the").removesuffix("the")
