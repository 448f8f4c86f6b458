"""Bytes that come in: the codec and the reading of text refuse with a reason, and nothing else."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract import schemas
from credstream.contract.codec import CLASS_BY_NAME
from credstream.contract.errors import Rejected
from credstream.contract.records import Again, Provider, Receipt, Received
from credstream.contract.values import Account, Completeness, Origin, Reason
from credstream.formats.shared.json_text import read_json, read_text
from tests.support import codecs
from tests.support.accreditations import LIMITED, award

CODEC = codecs.wire()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
RECEIPTS = st.builds(
    Receipt, submission=TEXTS, provider=TEXTS, status=TEXTS, stage=TEXTS, key=st.none() | TEXTS, kind=st.none() | TEXTS,
    version=st.none() | st.integers(0, 2**31 - 1), outcome=st.none() | TEXTS,
    reasons=st.lists(st.builds(Reason, code=TEXTS, path=TEXTS, detail=TEXTS), max_size=4).map(tuple), at=st.integers(-(2**63), 2**63 - 1),
)  # fmt: skip
WHOLE = [award(), LIMITED, Again(key="k", cause="c", detail="d", at=1)]


def refusal(call, *args):
    with pytest.raises(Rejected) as caught:
        call(*args)
    return caught.value.code


@given(RECEIPTS)
def test_what_is_encoded_is_decoded_as_it_was(record):
    assert CODEC.decode(CODEC.encode(record), Receipt) == record


@pytest.mark.parametrize("record", WHOLE, ids=lambda record: type(record).__name__)
def test_nested_records_survive(record):
    assert CODEC.decode(CODEC.encode(record), type(record)) == record


@pytest.mark.parametrize("record", WHOLE, ids=lambda record: type(record).__name__)
def test_a_message_cut_at_any_byte_is_refused(record):
    value = CODEC.encode(record)
    for size in range(len(value)):
        assert refusal(CODEC.decode, value[:size], type(record)) in ("avro.magic", "avro.invalid")


@given(st.binary(max_size=400), st.sampled_from(sorted(schemas.IDS)))
def test_any_bytes_end_as_a_record_or_a_refusal(value, name):
    wire = b"\x00" + codecs.registry().id_of(name).to_bytes(4, "big") + value
    try:
        assert isinstance(CODEC.decode(wire, CLASS_BY_NAME[name]), CLASS_BY_NAME[name])
    except Rejected as refused:
        assert refused.code == "avro.invalid"


@pytest.mark.parametrize(
    ("value", "code"),
    [(None, "avro.magic"), (b"", "avro.magic"), (b"\x01\x00\x00\x00\x0c", "avro.magic"), (b"\x00\x00\x00\xff\xff", "avro.schema_unknown"), (b"\x00\x00\x00\x00\x01", "avro.schema_not_allowed")],
)  # fmt: skip
def test_a_foreign_message_is_refused_by_name(value, code):
    assert refusal(CODEC.decode, value, Again) == code


def test_a_message_larger_than_its_record_may_be_is_refused_before_it_is_decoded():
    big = b"\x00\x00\x00\x00\x0c" + b"\x00" * 2_000_000
    assert refusal(CODEC.decode, big, Again) == "avro.too_large"


def test_a_small_message_that_claims_sixty_million_items_takes_no_memory():
    count = bytes([0x80, 0xBC, 0xC1, 0x96, 0x03])  # a zig-zag long of many millions
    wire = b"\x00" + codecs.registry().id_of("receipt").to_bytes(4, "big") + b"\x00" * 6 + count
    tracemalloc.start()
    assert refusal(CODEC.decode, wire, Receipt) == "avro.invalid"
    assert tracemalloc.get_traced_memory()[1] < 8_000_000
    tracemalloc.stop()


def test_a_lone_surrogate_cannot_be_written():
    assert (
        refusal(CODEC.encode, Again(key="\ud800", cause="", detail="", at=0)) == "avro.unwritable"
    )


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ('{"a": {"b": "x\\u0000"}}', "text.invalid", "a.b"),
        ('{"a": ["x", "\\ud834"]}', "text.invalid", "a[1]"),
        ('{"\\ud834": 1}', "text.invalid", ""),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "json.duplicate_key", "c"),
        ('{"a": NaN}', "json.number", ""),
        ('{"a": -Infinity}', "json.number", ""),
        ('{"a": 1e400}', "json.number", ""),
        ('{"a": %s}' % ("9" * 400), "json.number", ""),
        ('{"a": 9223372036854775808}', "json.number", ""),
        ("[" * 40_000, "json.too_deep", ""),
        ('{"a":' * 40_000, "json.too_deep", ""),
        ("[" * 101 + "]" * 101, "json.too_deep", None),
        ('{"a": 1', "json.invalid", ""),
        ('{"a": 1} x', "json.invalid", ""),
        ('{"a": 01}', "json.invalid", ""),
    ],
)
def test_json_that_some_part_of_the_house_could_not_carry_is_refused(text, code, path):
    with pytest.raises(Rejected) as caught:
        read_json(text)
    assert caught.value.code == code
    assert path is None or caught.value.path == path


def test_real_text_passes():
    assert (
        read_json('{"a": "𝄞 ñ 北", "b": [1, 2.5, null, true], "c": 9223372036854775807}')["a"]
        == "𝄞 ñ 北"
    )
    assert read_text(b"\xef\xbb\xbf{}") == "{}"


@given(st.binary(max_size=300))
def test_no_bytes_make_reading_raise_anything_else(value):
    try:
        read_json(read_text(value))
    except Rejected:
        pass


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS,
        lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    )
)
def test_json_without_oddities_is_read_as_it_is(document):
    text = json.dumps(document)
    if "\\u0000" not in text:
        assert read_json(text) == document


def test_the_classes_under_test_are_all_there():
    assert {Provider, Received} <= set(CLASS_BY_NAME.values())
    assert Account(
        completeness=Completeness(mandatory=0, mandatory_of=0, optional=0, optional_of=0),
        provenance=(Origin(descriptor="a", origin="b"),),
    )
