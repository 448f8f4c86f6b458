"""The native format: schema, page and parser say the same of every document."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from credstream.contract.errors import Rejected
from credstream.formats.native import read as native
from credstream.formats.native.fields import FIELDS
from credstream.formats.shared.parsed import Rules
from tests.support.changing import changed, places, without

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "credstream/formats/native/native.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
PAGE = (ROOT / "docs/providers/native-format.md").read_text("utf-8")
AWARD, DEFINITION, SHORT = (
    json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
)
ODD = (None, "", " ", 0, -1, 3, 2.5, True, "x", [], ["x"], [None], {}, {"en": "x"}, {"x": {}})
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*FIELDS, "en", "value", "text"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def parses_cleanly(document):
    try:
        parsed = native.parse(document)
    except Rejected:
        return False
    return not parsed.violations and not parsed.findings


def outcome(document):
    try:
        for part in native.split(document, Rules()):
            native.parse(part)
    except Rejected as refused:
        return refused.code
    return "parsed"


@given(document=json_values)
def test_arbitrary_json_ends_in_a_record_or_a_refusal(document):
    for candidate in (
        document,
        {**SHORT, "title": document},
        {"credstream": 1, "credentials": document},
    ):
        assert outcome(candidate) in ("parsed", "format.invalid")


@given(members=st.dictionaries(st.sampled_from(list(FIELDS)), json_values, max_size=6))
def test_any_json_in_any_field_ends_in_a_record_or_a_refusal(members):
    assert outcome({**SHORT, **members}) in ("parsed", "format.invalid")


@pytest.mark.parametrize(
    "document", [AWARD, DEFINITION, SHORT], ids=["award", "definition", "short"]
)
def test_the_schema_and_the_parser_agree_on_every_single_change(document):
    assert VALIDATOR.is_valid(document)
    assert parses_cleanly(document)
    variants = [without(document, place) for place in places(document)]
    variants += [changed(document, place, odd) for place in places(document) for odd in ODD]
    variants += [{**document, "stranger": 1}]
    disagreed = [each for each in variants if VALIDATOR.is_valid(each) != parses_cleanly(each)]
    assert disagreed == []


def test_the_schema_describes_the_fields_that_the_parser_reads():
    credential = SCHEMA["$defs"]["credential"]["properties"]
    assert set(credential) == {"credstream", "kind", *FIELDS}


def test_every_property_and_every_part_of_the_schema_has_a_description():
    def undescribed(node, path):
        for name, child in node.get("properties", {}).items():
            if (
                child != {"type": "null"}
                and "description" not in child
                and "present" not in str(child)
            ):
                yield f"{path}.{name}"
            yield from undescribed(child, f"{path}.{name}")
        for name, child in node.get("$defs", {}).items():
            if "description" not in child:
                yield name
            yield from undescribed(child, name)

    assert list(undescribed(SCHEMA, "")) == []


def test_the_schema_accepts_a_bundle_and_refuses_an_empty_one():
    part = {name: value for name, value in SHORT.items() if name != "credstream"}
    assert VALIDATOR.is_valid({"credstream": 1, "credentials": [part]})
    assert not VALIDATOR.is_valid({"credstream": 1, "credentials": []})
    assert not VALIDATOR.is_valid(part)


def test_the_page_for_providers_names_every_field():
    rows = re.findall(r"^\| (`.*?`) \|", PAGE, flags=re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == {"credstream", "kind", *FIELDS}


def test_a_misspelt_field_is_reported_by_the_name_that_it_should_have():
    document = {
        "credstream": 1,
        "kind": "definition",
        "id": "D",
        "title": "T",
        "work_load": {"hours": 4},
        "disability": "x",
    }
    found = [
        (f.code, f.path)
        for f in native.parse(document).findings
        if f.code == "native.misspelt_field"
    ]
    assert found == [("native.misspelt_field", "workload")]
    assert not [
        f
        for f in native.parse(document | {"workload": {"hours": 4}}).findings
        if f.path == "workload"
    ]
