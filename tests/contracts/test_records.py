"""The contract as data: schemas, records, topics and reasons fit together."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import types
import typing
from pathlib import Path

import pytest

from credstream.contract import records, schemas, topics, values
from credstream.contract.reasons.table import REASONS
from credstream.vocabularies.countries import all_countries

ROOT = Path(__file__).parents[2]
AVRO = ROOT / "schemas" / "avro"
CODE = [
    path
    for folder in ("credstream", "services")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
PRIMITIVE = {str: "string", int: ("long", "int"), float: "double", bool: "boolean", bytes: "bytes"}


def nodes():
    """Every record of every file with its name."""
    for path in sorted(AVRO.glob("*.avsc")):
        yield from schemas._record_types(json.loads(path.read_text("utf-8")))


def class_of(name):
    return getattr(values, name, None) or getattr(records, name)


def fits(hint, avro):
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return avro[0] == "null" and fits(next(h for h in inner if h is not type(None)), avro[1])
    if origin is tuple:
        return avro["type"] == "array" and fits(inner[0], avro["items"])
    if origin is not None:
        return avro == {"type": "map", "values": "string"}
    if dataclasses.is_dataclass(hint):
        return (
            avro["name"] if isinstance(avro, dict) else avro.removeprefix("credstream.")
        ) == hint.__name__
    allowed = PRIMITIVE[hint]
    return avro in allowed if isinstance(allowed, tuple) else avro == allowed


@pytest.mark.parametrize("node", list(nodes()), ids=lambda node: node["name"])
def test_a_dataclass_mirrors_its_schema_field_by_field(node):
    kind = class_of(node["name"])
    hints = typing.get_type_hints(kind, vars(values) | vars(records))
    assert [f.name for f in dataclasses.fields(kind)] == [f["name"] for f in node["fields"]]
    for own, avro in zip(dataclasses.fields(kind), node["fields"], strict=True):
        assert fits(hints[own.name], avro["type"]), own.name
        has_default = not (own.default is own.default_factory is dataclasses.MISSING)
        assert has_default == ("default" in avro), own.name


@pytest.mark.parametrize("node", list(nodes()), ids=lambda node: node["name"])
def test_every_record_and_field_says_what_it_means(node):
    assert node["doc"]
    for field in node["fields"]:
        assert field.get("doc", "").endswith("."), field["name"]


def test_every_schema_file_is_a_part_or_a_record_with_an_id_of_its_own():
    names = {path.name.removesuffix(".v1.avsc") for path in AVRO.glob("*.avsc")}
    assert names == set(schemas.SHARED_TYPES) | set(schemas.IDS)
    assert sorted(schemas.IDS.values()) == list(range(1, len(schemas.IDS) + 1))


def test_the_ids_are_the_ones_that_were_released():
    assert dict(schemas.IDS) == {
        "provider": 1, "accreditation": 2, "scheme": 3, "received": 4, "normalised": 5, "accredited": 6,
        "published_definition": 7, "published_award": 8, "published_change": 9, "receipt": 10, "ack": 11, "again": 12,
    }  # fmt: skip


@pytest.mark.parametrize("name", schemas.IDS)
def test_no_array_holds_items_that_take_no_bytes(name):
    def arrays(node):
        if isinstance(node, dict):
            if node.get("type") == "array":
                yield node["items"]
            for value in node.values():
                yield from arrays(value)
        elif isinstance(node, list):
            for value in node:
                yield from arrays(value)

    assert not [
        items for items in arrays(json.loads(schemas.text(name))) if schemas.may_be_empty(items)
    ]


def concrete():
    """Every kind of topic name that there is, with the dead letters."""
    names = [name for name, _ in topics.fixed_topics(all_countries())]
    for kind in topics.KINDS:
        names += topics.provider_topics(kind, "acme-2")
    return names + ["acks.register-1"]


def test_every_topic_name_belongs_to_one_row_and_one_pattern_only():
    for name in concrete():
        if name == topics.UNKNOWN_DLQ:
            continue
        rows = [
            row
            for row in topics.TOPICS
            if re.fullmatch(topics._pattern(row.name), name.removesuffix(".dlq"))
        ]
        assert len(rows) == 1, name
        is_input = name.startswith("submissions.") and not name.endswith(".dlq")
        assert bool(re.fullmatch(topics.SUBMISSIONS, name)) == is_input, name


def test_every_row_names_a_record_that_has_a_schema():
    assert {row.record for row in topics.TOPICS} - {""} == set(schemas.IDS)


@pytest.mark.parametrize(
    "name",
    [
        "submissions.provider.acme.x",
        "submissions.unknown.dlq",
        "submissions.provider.acme.dlq",
        "submissions.provider.Acme",
        "submissions.other.acme",
        "xsubmissions.provider.acme",
    ],
)
def test_what_is_no_submissions_topic_has_no_provider(name):
    assert topics.provider_of(name) is None


def test_dead_letters_have_room_for_their_reasons():
    assert topics.max_bytes("submissions.provider.acme.dlq") > topics.max_bytes(
        "submissions.provider.acme"
    )
    assert max(topics.max_bytes(name) for name in concrete()) <= topics.LARGEST_MESSAGE


def codes_in(path):
    """Codes of refusals and reasons that a file's code spells out."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "Rejected" and node.args and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value
            for word in node.keywords:
                if name == "Reason" and word.arg == "code" and isinstance(word.value, ast.Constant):
                    yield word.value.value


def test_every_reason_that_the_code_gives_stands_in_the_table():
    given = {(path.name, code) for path in CODE for code in codes_in(path)}
    assert len(given) > 60
    assert sorted(pair for pair in given if pair[1] not in REASONS) == []


def test_every_reason_has_a_meaning_and_a_way_out():
    for code, words in REASONS.items():
        assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)?", code), code
        assert words.meaning.endswith(".")
        assert words.fix.endswith((".", "`.")), code
