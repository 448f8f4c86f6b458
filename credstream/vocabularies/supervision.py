"""Supervision of assessments, and whether the learner's identity is checked in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from credstream.vocabularies.tables import codes_by_name, names_of, read_list
from credstream.vocabularies.text import LONGEST, code_in_uri, folded, match_key

BASE = "http://data.europa.eu/snb/supervision-verification/"

# Of the European list only these two are known with their meaning.
_CODE_BY_MEANING = {("unsupervised", False): "c598449d64", ("supervised", True): "70be69aaf9"}
_MEANING_BY_CODE = {code: meaning for meaning, code in _CODE_BY_MEANING.items()}
# A notation that EDCI files have for the first of them.
_MEANING_BY_NOTATION = {"nosupnoid": ("unsupervised", False)}
_IDENTITY_CLAUSE = re.compile(
    r"(.*?),? (with no|without|and no|no|with|and) (?:id|identity) (?:verification|check)"
)
_CLAUSE_BY_CHECK = {
    True: " with identity verification",
    False: " without identity verification",
    None: "",
}


@dataclass(frozen=True, slots=True)
class Supervision:
    """A form of supervision; `identity_verified` is None where the value does not tell."""

    code: str
    label: str
    uri: str | None
    identity_verified: bool | None


def supervision(value: str) -> Supervision | None:
    """A form by code, URI or words, with or without a clause about the check of identity."""
    if len(value) > LONGEST:
        return None
    meaning = _MEANING_BY_CODE.get(code_in_uri(value, BASE) or "") or _MEANING_BY_NOTATION.get(
        folded(value)
    )
    return _form(meaning or _meaning_in_words(value))


def all_supervisions() -> tuple[Supervision, ...]:
    """Every form by code alone, and those of the European list."""
    meanings = (*((code, None) for code in _rows()), *_CODE_BY_MEANING)
    return tuple(form for meaning in meanings if (form := _form(meaning)))


@cache
def _rows() -> Mapping[str, Any]:
    return read_list("supervisions")


@cache
def _by_name() -> Mapping[str, str]:
    return codes_by_name(
        (name, code) for code, row in _rows().items() for name in names_of(code, row)
    )


def _meaning_in_words(value: str) -> tuple[str | None, bool | None]:
    clause = _IDENTITY_CLAUSE.fullmatch(folded(value))
    if not clause:
        return _by_name().get(match_key(value)), None
    return _by_name().get(match_key(clause[1])), clause[2] in {"with", "and"}


def _form(meaning: tuple[str | None, bool | None]) -> Supervision | None:
    code, identity_verified = meaning
    if code is None:
        return None
    europass = (
        _CODE_BY_MEANING.get((code, identity_verified)) if identity_verified is not None else None
    )
    return Supervision(
        code=code,
        label=_rows()[code]["label"] + _CLAUSE_BY_CHECK[identity_verified],
        uri=BASE + europass if europass else None,
        identity_verified=identity_verified,
    )
