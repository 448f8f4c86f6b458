"""The kinds of values in the Open Badges 3.0 schema: a check and its words for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from credstream.formats.shared.json_checks import parse_date_time

CREDENTIALS_CONTEXT = "https://www.w3.org/ns/credentials/v2"
BADGES_CONTEXT = re.compile(
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json", re.ASCII
)
# The schema's own patterns.
LANGUAGE = re.compile(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
JWS = re.compile(r"[a-zA-Z0-9_-]+\.[a-zA-Z0-9_-]*\.[a-zA-Z0-9_-]+")
# https://www.imsglobal.org/spec/ob/v3p0/#resultstatustype-enumeration
RESULT_STATUSES = frozenset(
    {"Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"}
)


def _has_contexts(value: Any) -> bool:
    """Whether the array begins with the two contexts that the schema fixes."""
    return (
        isinstance(value, list)
        and len(value) > 1
        and value[0] == CREDENTIALS_CONTEXT
        and isinstance(value[1], str)
        and BADGES_CONTEXT.fullmatch(value[1]) is not None
        and all(isinstance(context, str | dict) for context in value)
    )


def _is_day(value: Any) -> bool:
    if not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


VALUE_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "number": _is_number,
    "flag": lambda value: isinstance(value, bool),
    "date_time": lambda value: parse_date_time(value, zone_required=True) is not None,
    "day": _is_day,
    "language": _matches(LANGUAGE),
    "jws": _matches(JWS),
    "status": lambda value: isinstance(value, str) and value in RESULT_STATUSES,
    "context": _has_contexts,
}
NEEDED: Mapping[str, str] = {
    "text": "a text is needed",
    "number": "a number is needed",
    "flag": "true or false is needed",
    "date_time": "a date and time with its zone is needed",
    "day": "a day such as 2026-05-01 is needed",
    "language": "a language tag is needed",
    "jws": "a token of three parts is needed",
    "status": "no status that results may have",
    "context": "the contexts of Verifiable Credentials 2.0 and Open Badges 3.0 come first",
}
