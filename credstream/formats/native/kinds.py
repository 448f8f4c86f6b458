"""The kinds of values in the native format, as `native.schema.json` describes them."""

from __future__ import annotations

import re
from typing import Any

from credstream.formats.native.scalars import CodeField, ScalarField, TextField

HIGHEST_EQF = 8


def matching(expected: str, pattern: str) -> CodeField:
    compiled = re.compile(pattern)
    return CodeField(
        expected, lambda raw: isinstance(raw, str) and compiled.fullmatch(raw) is not None
    )


def one_of(*codes: str) -> CodeField:
    return CodeField(f"one of {', '.join(codes)}", lambda raw: raw in codes)


def _is_number(raw: Any) -> bool:
    return type(raw) in (int, float) and raw >= 0


TEXT = TextField()
CODE = CodeField("a text", lambda raw: isinstance(raw, str))
GRADE = CodeField("a text or a number", lambda _: True)
DATE = matching("a date YYYY-MM-DD", r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
# The offset is required (RFC 3339): a time of day without one has no order among others.
DATE_TIME = matching(
    "a date and time with its offset, like 2026-05-01T09:30:00+02:00",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})",
)
LANGUAGE = matching("a language tag like de", r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
COUNTRY = matching("a country code like DE", r"[A-Z]{2}")
ADDRESS = matching("a web address", r"https?://[^\s]+")
EMAIL = matching("an e-mail address", r"[^@\s]+@[^@\s]+")
DURATION = matching("an ISO 8601 duration like PT40H", r"P[0-9A-Z.,]+")
ISCED_F = matching("an ISCED-F code of two to four digits", r"[0-9]{2,4}")
SKILL = matching(
    "the address of an ESCO skill", r"http://data\.europa\.eu/esco/skill/[0-9a-f-]{36}"
)
OCCUPATION = matching(
    "the address of an ESCO occupation", r"http://data\.europa\.eu/esco/occupation/[0-9a-f-]{36}"
)
NUMBER = ScalarField("a number, not below 0", (str, int, float), _is_number)
EQF = ScalarField(
    "a level from 1 to 8",
    (str, int, float),
    lambda raw: type(raw) is int and 1 <= raw <= HIGHEST_EQF,
)
FLAG = ScalarField("true or false", (bool, str, int), lambda raw: isinstance(raw, bool))
