"""Reads the value lists from their files, each on its first use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from credstream.vocabularies.text import squeeze

T = TypeVar("T")

DATA = Path(__file__).with_name("data")


def read(name: str) -> Mapping[str, Any]:
    """The content of one file; the list's own module keeps it."""
    content: Mapping[str, Any] = json.loads(DATA.joinpath(f"{name}.json").read_bytes())
    return content


def entries(name: str, base: str, make: Callable[[str, str, str | None], T]) -> Mapping[str, T]:
    """The entries of a list of terms by code; `base` stands before the URIs in the file."""
    return {
        code: make(code, row["label"], base + row["uri"] if row["uri"] else None)
        for code, row in read(name).items()
    }


def index(name: str, base: str, make: Callable[[str, str, str | None], T]) -> Mapping[str, T]:
    """The entries of a list of terms by everything that may name them, squeezed."""
    found = entries(name, base, make)
    return {
        squeeze(written): found[code]
        for code, row in read(name).items()
        for written in (*names(code, row), *_addresses(base, row["uri"]))
    }


def names(code: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Code, label and synonyms of one row, as written."""
    return (code, row["label"], *(term for terms in row["terms"].values() for term in terms))


def first(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Names, squeezed, with their codes; a name that two codes share stays with the first."""
    found: dict[str, str] = {}
    for name, code in pairs:
        found.setdefault(squeeze(name), code)
    return found


def _addresses(base: str, tail: str | None) -> Iterable[str]:
    if tail is None:
        return ()
    return (base + tail, (base + tail).replace("http:", "https:"))
