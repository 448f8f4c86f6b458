"""ESCO addresses of skills and occupations: whether they are written as one."""

from __future__ import annotations

import re

from credstream.vocabularies.text import tail

BASE = "http://data.europa.eu/esco/"

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GROUP = re.compile(r"C[0-9]{1,4}", re.ASCII)


def skill_uri(value: str) -> str | None:
    """The URI of a skill in its one form; says nothing about whether ESCO holds it."""
    return _uri(value, f"{BASE}skill/")


def occupation_uri(value: str) -> str | None:
    """The URI of an occupation or an ISCO group; says nothing about whether ESCO holds it."""
    group = (tail(value, f"{BASE}isco/") or "").upper()
    if _GROUP.fullmatch(group):
        return f"{BASE}isco/{group}"
    return _uri(value, f"{BASE}occupation/")


def _uri(value: str, base: str) -> str | None:
    code = (tail(value, base) or "").lower()
    return base + code if _UUID.fullmatch(code) else None
