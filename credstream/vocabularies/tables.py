"""Reads the vocabularies from their files, each on its first use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from credstream.vocabularies.text import match_key

T = TypeVar("T")

DATA = Path(__file__).with_name("data")


def read_list(name: str) -> Mapping[str, Any]:
    """The content of one file; the module of the list caches it."""
    content: Mapping[str, Any] = json.loads(DATA.joinpath(f"{name}.json").read_bytes())
    return content


def terms_by_code(
    name: str, base: str, make: Callable[[str, str, str | None], T]
) -> Mapping[str, T]:
    """The terms of a list by code; `base` completes the URIs in the file."""
    return {
        code: make(code, row["label"], base + row["uri"] if row["uri"] else None)
        for code, row in read_list(name).items()
    }


def terms_by_name(
    name: str, base: str, make: Callable[[str, str, str | None], T]
) -> Mapping[str, T]:
    """The terms of a list by the match key of every text that may stand for them."""
    terms = terms_by_code(name, base, make)
    return {
        match_key(text): terms[code]
        for code, row in read_list(name).items()
        for text in (*names_of(code, row), *_uris(base, row["uri"]))
    }


def names_of(code: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Code, label and synonyms of one row, as written."""
    return (code, row["label"], *(term for terms in row["terms"].values() for term in terms))


def codes_by_name(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The codes by the match keys of their names; of two codes with one name the first counts."""
    codes: dict[str, str] = {}
    for name, code in pairs:
        codes.setdefault(match_key(name), code)
    return codes


def _uris(base: str, code: str | None) -> Iterable[str]:
    """The URI of a term, and its https form, which providers write though the lists have http."""
    if code is None:
        return ()
    return (base + code, (base + code).replace("http:", "https:"))
