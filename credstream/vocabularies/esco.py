"""URIs of ESCO skills and occupations: whether a text has their form.

ESCO itself is not in the product, so a URI of the right form may be none of its skills.
"""

from __future__ import annotations

import re

from credstream.vocabularies.text import code_in_uri

BASE = "http://data.europa.eu/esco/"

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GROUP = re.compile(r"C[0-9]{1,4}", re.ASCII)


def skill_uri(value: str) -> str | None:
    """The canonical URI of a skill."""
    return _uri(value, f"{BASE}skill/")


def occupation_uri(value: str) -> str | None:
    """The canonical URI of an occupation or of an ISCO group, which ESCO has above them."""
    group = (code_in_uri(value, f"{BASE}isco/") or "").upper()
    if _GROUP.fullmatch(group):
        return f"{BASE}isco/{group}"
    return _uri(value, f"{BASE}occupation/")


def _uri(value: str, base: str) -> str | None:
    code = (code_in_uri(value, base) or "").lower()
    return base + code if _UUID.fullmatch(code) else None
