"""Supervision of assessments, and whether the learner's identity is checked in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from credstream.vocabularies.tables import first, names, read
from credstream.vocabularies.text import LONGEST, fold, squeeze, tail

BASE = "http://data.europa.eu/snb/supervision-verification/"

# Of the European list only these are known with their meaning.
_EUROPASS = {("unsupervised", False): "c598449d64", ("supervised", True): "70be69aaf9"}
_MEANINGS = {code: meaning for meaning, code in _EUROPASS.items()}
# The notation of the first in EDCI files.
_NOTATIONS = {"nosupnoid": ("unsupervised", False)}
_IDENTITY = re.compile(
    r"(.*?),? (with no|without|and no|no|with|and) (?:id|identity) (?:verification|check)"
)
_CLAUSES = {True: " with identity verification", False: " without identity verification", None: ""}


@dataclass(frozen=True, slots=True)
class Supervision:
    """A form of supervision; `identity_verified` is None where the value does not tell."""

    code: str
    label: str
    uri: str | None
    identity_verified: bool | None


def supervision(value: str) -> Supervision | None:
    """A form by code, URI or words, with or without a clause on the check of identity."""
    if len(value) > LONGEST:
        return None
    known = _MEANINGS.get(tail(value, BASE) or "") or _NOTATIONS.get(fold(value))
    return _form(known or _in_words(value))


def all_supervisions() -> tuple[Supervision, ...]:
    """Every form by code alone, and those of the European list."""
    meanings = (*((code, None) for code in _rows()), *_EUROPASS)
    return tuple(form for meaning in meanings if (form := _form(meaning)))


@cache
def _rows() -> Mapping[str, Any]:
    return read("supervisions")


@cache
def _by_name() -> Mapping[str, str]:
    return first((name, code) for code, row in _rows().items() for name in names(code, row))


def _in_words(value: str) -> tuple[str | None, bool | None]:
    found = _IDENTITY.fullmatch(fold(value))
    if not found:
        return _by_name().get(squeeze(value)), None
    return _by_name().get(squeeze(found[1])), found[2] in {"with", "and"}


def _form(meaning: tuple[str | None, bool | None]) -> Supervision | None:
    code, identity_verified = meaning
    if code is None:
        return None
    europass = _EUROPASS.get((code, identity_verified)) if identity_verified is not None else None
    return Supervision(
        code=code,
        label=_rows()[code]["label"] + _CLAUSES[identity_verified],
        uri=BASE + europass if europass else None,
        identity_verified=identity_verified,
    )
