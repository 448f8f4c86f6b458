"""The fields of the exchange's own JSON: what each may hold, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from credstream.formats.native.field_reader import Leaf, Many, Node, Part, Tally, Text, Word
from credstream.formats.shared.parsed import (
    Amount,
    Assurance,
    Body,
    FundingMark,
    Id,
    LargerQualification,
    LevelClaim,
    Person,
    StackPlace,
    StatedOutcome,
    Value,
)

_DURATION = re.compile(r"\s*P[0-9T]", re.IGNORECASE)
_NUMERAL = re.compile(r"\s*[0-9]+([.,][0-9]+)?\s*")
_HIGHEST_EQF = 8
_SCHEMES: Mapping[str, str] = {
    "did:": "did",
    "http://": "url",
    "https://": "url",
    "urn:schac:personalUniqueCode:int:esi:": "esi",
}


def _workload(**members: Value) -> tuple[Amount, ...]:
    return tuple(_amount(unit, value) for unit, value in members.items())


def _amount(unit: str, value: Value) -> Amount:
    """A text states its own unit, except contact hours: their `PT16H` is no learning time."""
    written = value.raw if isinstance(value.raw, str) else ""
    if unit == "contact_hours" or (unit != "duration" and _is_numeral(value)):
        return Amount(unit=unit, value=value)
    if _DURATION.match(written):
        return Amount(unit="duration", value=value)
    return Amount(unit="text", value=Value(str(value.raw), value.path))


def _is_numeral(value: Value) -> bool:
    return not isinstance(value.raw, str) or _NUMERAL.fullmatch(value.raw) is not None


def _level(**members: Value) -> LevelClaim:
    """A lone `EQF 5` names its framework itself."""
    value = members.get("value")
    if members.keys() == {"value"} and value and "eqf" in str(value.raw).casefold():
        return LevelClaim(eqf=value)
    return LevelClaim(**members)


def _identifier(scheme: Value | None = None, value: Value | None = None) -> Id | None:
    if value is None:
        return None
    named = str(scheme.raw).strip().lower() if scheme else _scheme_of(str(value.raw))
    return Id(scheme=named, value=value)


def _scheme_of(written: str) -> str:
    for start, scheme in _SCHEMES.items():
        if written.strip().startswith(start):
            return scheme
    return "email" if "@" in written else "local"


def _body(**members: Any) -> Body | None:
    return Body(**members) if members else None


def _outcome(text: Value | None = None, esco: tuple[Value, ...] = ()) -> StatedOutcome | None:
    return StatedOutcome(text=text, skills=esco) if text else None


def _mark(funder: Value | None = None, reference: Value | None = None) -> FundingMark | None:
    return FundingMark(funder=funder, reference=reference) if funder else None


def _person(**members: Any) -> Person | None:
    identifiers: tuple[Id, ...] = members.pop("id", ())
    if email := members.get("email"):
        identifiers = (*identifiers, Id(scheme="email", value=email))
    return Person(identifiers=identifiers, **members) if members or identifiers else None


def _group(**names: str) -> Callable[..., Mapping[str, Any]]:
    """Builds members of Parsed itself, renamed."""

    def build(**members: Any) -> Mapping[str, Any]:
        return {names.get(name, name): member for name, member in members.items()}

    return build


def _matching(words: str, pattern: str) -> Word:
    compiled = re.compile(pattern)
    return Word(words, lambda raw: isinstance(raw, str) and compiled.fullmatch(raw) is not None)


def _one_of(*codes: str) -> Word:
    return Word(f"one of {', '.join(codes)}", lambda raw: raw in codes)


def _is_number(raw: Any) -> bool:
    return type(raw) in (int, float) and raw >= 0


TEXT = Text()
WORD = Word("a text", lambda raw: isinstance(raw, str))
GRADE = Word("a text or a number", lambda _: True)
DATE = _matching("a date YYYY-MM-DD", r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
MOMENT = _matching(
    "a date and time with its offset, like 2026-05-01T09:30:00+02:00",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})",
)
LANGUAGE = _matching("a language tag like de", r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
COUNTRY = _matching("a country code like DE", r"[A-Z]{2}")
ADDRESS = _matching("a web address", r"https?://[^\s]+")
DURATION = _matching("an ISO 8601 duration like PT40H", r"P[0-9A-Z.,]+")
ISCED_F = _matching("an ISCED-F code of two to four digits", r"[0-9]{2,4}")
SKILL = _matching(
    "the address of an ESCO skill", r"http://data\.europa\.eu/esco/skill/[0-9a-f-]{36}"
)
OCCUPATION = _matching(
    "the address of an ESCO occupation", r"http://data\.europa\.eu/esco/occupation/[0-9a-f-]{36}"
)
NUMBER = Leaf("a number, not below 0", (str, int, float), _is_number)
EQF = Leaf(
    "a level from 1 to 8",
    (str, int, float),
    lambda raw: type(raw) is int and 1 <= raw <= _HIGHEST_EQF,
)
FLAG = Leaf("true or false", (bool, str, int), lambda raw: isinstance(raw, bool))

IDENTIFIER = Part(
    {"scheme": WORD, "value": WORD},
    _identifier,
    needs=(("scheme",), ("value",)),
    short="value",
)
BODY = Part(
    {
        "name": TEXT,
        "country": COUNTRY,
        "role": _one_of("provider", "certifier", "employer", "accreditor"),
        "identifiers": Many(IDENTIFIER),
    },
    _body,
    needs=(("name", "identifiers"),),
    short="name",
)
OUTCOME = Part(
    {"text": TEXT, "esco": Many(SKILL)}, _outcome, needs=(("text",),), short="text", brief=True
)
WORKLOAD = Part(
    {
        "hours": NUMBER,
        "contact_hours": NUMBER,
        "ects": NUMBER,
        "days": NUMBER,
        "sbu": NUMBER,
        "duration": DURATION,
    },
    _workload,
    short="duration",
)
LEVEL = Part(
    {
        "eqf": EQF,
        "framework": WORD,
        "value": WORD,
        "cycle": _one_of("short", "first", "second", "third"),
        "claimed_by": _one_of("provider", "framework", "unknown"),
    },
    _level,
    short="value",
)
ASSURANCE = Part(
    {"type": WORD, "body": WORD, "reference": WORD}, Assurance, needs=(("type",),), short="type"
)
STACK = Part(
    {"scheme": WORD, "role": _one_of("core", "satellite", "part"), "core": WORD},
    StackPlace,
    needs=(("scheme",), ("role",)),
)
PARTIAL = Part(
    {"is_part": FLAG, "qualification": WORD},
    LargerQualification,
    needs=(("is_part",),),
    short="is_part",
)
FUNDING = Part({"funder": WORD, "reference": WORD}, _mark, needs=(("funder",),), short="funder")
LEARNER = Part(
    {
        "id": Many(IDENTIFIER, lone=True),
        "given_name": TEXT,
        "family_name": TEXT,
        "full_name": TEXT,
        "birth_date": DATE,
        "email": _matching("an e-mail address", r"[^@\s]+@[^@\s]+"),
    },
    _person,
    needs=(("id", "email", "family_name", "full_name"), ("id", "email", "birth_date")),
)

#: Objects whose members stand by themselves in Parsed.
GROUPS: Mapping[str, Part] = {
    "definition": Part(
        {
            "id": WORD,
            "version": WORD,
            "valid_from": DATE,
            "valid_until": DATE,
            "review_on": DATE,
            "identifiers": Many(IDENTIFIER),
        },
        _group(
            id="definition_id",
            version="definition_version",
            valid_until="definition_valid_until",
        ),
        needs=(("id",),),
        short="id",
    ),
    "field": Part({"isced_f": Many(ISCED_F, lone=True)}, _group(isced_f="fields"), short="isced_f"),
    "assessment": Part(
        {
            "type": Many(WORD, lone=True),
            "supervision": WORD,
            "identity_verified": FLAG,
            "grade": GRADE,
            "scale": WORD,
            "assessed_by": Many(WORD),
        },
        _group(type="assessments", scale="grade_scale"),
        short="type",
    ),
    "participation": Part(
        {"mode": Many(WORD, lone=True), "schedule": WORD}, _group(mode="modes"), short="mode"
    ),
}
FIELDS: Mapping[str, Node] = {
    "id": WORD,
    "version": WORD,
    "provider": WORD,
    "occurred_at": MOMENT,
    "language": LANGUAGE,
    "title": TEXT,
    "description": TEXT,
    "country": COUNTRY,
    "region": WORD,
    "awarding_bodies": Many(BODY),
    "issued_on": DATE,
    "valid_until": DATE,
    "learner": LEARNER,
    "learning_outcomes": Many(OUTCOME, lone=True),
    "workload": WORKLOAD,
    "starts_on": DATE,
    "ends_on": DATE,
    "level": Many(LEVEL, lone=True),
    "quality_assurance": Many(ASSURANCE),
    "prerequisites": TEXT,
    "stack": STACK,
    "partial": PARTIAL,
    "further_information": TEXT,
    "url": ADDRESS,
    "identifiers": Many(IDENTIFIER),
    "languages": Many(LANGUAGE),
    "occupations": Many(OCCUPATION),
    "target_groups": Many(WORD),
    "co_designers": Many(BODY),
    "route": _one_of("formal", "non-formal", "validation"),
    "credential_type": WORD,
    "valid_from": DATE,
    "review_on": DATE,
    "evidence": Tally(),
    "status": _one_of("issued", "revoked", "suspended"),
    "funding": Many(FUNDING),
    **GROUPS,
}
