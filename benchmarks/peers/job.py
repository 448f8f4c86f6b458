"""The fixed job: a submission of 1.7 KB of JSON becomes a record of 32 fields in 0.9 KB of Avro."""

from __future__ import annotations

import io
import json
from hashlib import sha256

import fastavro
import msgspec

HEADER = b"\x00\x00\x00\x00\x01"
PROVIDERS = 20


class Module(msgspec.Struct, frozen=True):
    code: str
    title: str
    hours: float
    ects: float
    level: int
    assessment: str


class Learner(msgspec.Struct, frozen=True):
    id: str
    given: str
    family: str
    email: str


class Submission(msgspec.Struct, frozen=True):
    id: str
    version: int
    title: dict[str, str]
    language: str
    country: str
    issuer: dict[str, str]
    learner: Learner
    issued: str
    expires: str | None
    outcomes: list[str]
    skills: list[str]
    modules: list[Module]
    assessment: str
    participation: str
    quality: str
    framework: str
    level: int
    isced: str
    grade: str | None
    supervision: str
    stackable: bool
    url: str
    prerequisites: list[str]


def event(number: int) -> tuple[bytes, bytes]:
    """Key and value of an input; the same number gives the same bytes."""
    mark = sha256(str(number).encode()).hexdigest()
    made = {
        "id": f"urn:uuid:{mark[:32]}",
        "version": number % 7 + 1,
        "title": {"en": f"Working safely at height {mark[:6]}", "de": "Sicheres Arbeiten"},
        "language": "en",
        "country": "DE",
        "issuer": {"id": f"provider-{number % PROVIDERS}", "name": "Academy of Facade Care"},
        "learner": {
            "id": mark[:16],
            "given": "Ada",
            "family": f"Example-{number}",
            "email": f"learner{number}@example.org",
        },
        "issued": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "expires": None if number % 3 else "2031-12-31",
        "outcomes": [f"Assesses the risk of case {number + n} on site" for n in range(3)],
        "skills": [f"http://data.europa.eu/esco/skill/{mark[n : n + 12]}" for n in range(3)],
        "modules": [_module(number, n, mark) for n in range(6)],
        "assessment": "written examination",
        "participation": "blended",
        "quality": "external",
        "framework": "DQR",
        "level": number % 8 + 1,
        "isced": "0732",
        "grade": "1.3" if number % 2 else None,
        "supervision": "supervised with identity verification",
        "stackable": number % 5 == 0,
        "url": f"https://example.org/courses/{mark[:10]}",
        "prerequisites": ["Basic first aid"],
    }
    return f"mc:DE:{mark[:32]}".encode(), json.dumps(made).encode()


def _module(number: int, place: int, mark: str) -> dict[str, object]:
    return {
        "code": f"M{place}-{mark[place : place + 4]}",
        "title": f"Ropes and anchors {place}",
        "hours": 5.0 + (number + place) % 20,
        "ects": 0.5,
        "level": number % 8 + 1,
        "assessment": "practical",
    }


def record(given: Submission) -> dict[str, object]:
    """The 32 fields of a submission."""
    hours = sum(module.hours for module in given.modules)
    title = given.title.get("en") or next(iter(given.title.values()))
    return {
        "key": f"mc:{given.country}:{given.id[9:]}",
        "submission": given.id,
        "provider": given.issuer["id"],
        "version": given.version,
        "title": title.strip(),
        "titles": given.title,
        "language": given.language,
        "country": given.country,
        "awarding_body": given.issuer["name"],
        "learner": given.learner.id,
        "learner_name": f"{given.learner.given} {given.learner.family}",
        "learner_mail": given.learner.email.lower(),
        "issued": given.issued,
        "expires": given.expires,
        "outcomes": given.outcomes,
        "skills": [skill.rpartition("/")[2] for skill in given.skills],
        "modules": [_plain(module) for module in given.modules],
        "module_count": len(given.modules),
        "hours": hours,
        "minutes": int(hours * 60),
        "ects": sum(module.ects for module in given.modules),
        "assessment": given.assessment,
        "participation": given.participation,
        "quality": given.quality,
        "framework": given.framework,
        "level": given.level,
        "isced": given.isced,
        "grade": given.grade,
        "supervision": given.supervision,
        "stackable": given.stackable,
        "url": given.url,
        "prerequisites": given.prerequisites,
    }


def _plain(module: Module) -> dict[str, object]:
    return {
        "code": module.code,
        "title": module.title,
        "hours": module.hours,
        "ects": module.ects,
        "level": module.level,
        "assessment": module.assessment,
    }


def encode(made: dict[str, object]) -> bytes:
    """A record in the Confluent wire format."""
    out = io.BytesIO()
    out.write(HEADER)
    fastavro.schemaless_writer(out, SCHEMA, made)
    return out.getvalue()


def work(value: bytes) -> bytes:
    """The whole job."""
    return encode(record(read(value)))


def _field(name: str, kind: object) -> dict[str, object]:
    return {"name": name, "type": kind}


def _fields(**kinds: object) -> list[dict[str, object]]:
    """Fields by type; names of one type are separated by spaces."""
    return [_field(name, KINDS[kind]) for kind, names in kinds.items() for name in names.split()]


MODULE = {
    "type": "record",
    "name": "Module",
    "fields": [
        *(_field(name, "string") for name in ("code", "title")),
        *(_field(name, "double") for name in ("hours", "ects")),
        _field("level", "int"),
        _field("assessment", "string"),
    ],
}
KINDS = {
    "text": "string",
    "words": {"type": "array", "items": "string"},
    "named": {"type": "map", "values": "string"},
    "maybe": ["null", "string"],
    "whole": "int",
    "real": "double",
    "flag": "boolean",
    "parts": {"type": "array", "items": MODULE},
}
SCHEMA = fastavro.parse_schema(
    {
        "type": "record",
        "name": "Normal",
        "fields": _fields(
            text="key submission provider title language country awarding_body learner "
            "learner_name learner_mail issued assessment participation quality framework isced "
            "supervision url",
            words="outcomes skills prerequisites",
            named="titles",
            maybe="expires grade",
            whole="version module_count minutes level",
            real="hours ects",
            flag="stackable",
            parts="modules",
        ),
    }
)
read = msgspec.json.Decoder(Submission).decode
