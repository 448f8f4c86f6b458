"""The codec against records built from the schemas themselves, and against bytes made to hurt."""

from __future__ import annotations

import dataclasses
import io
import json
import tracemalloc
import types
import typing
from contextlib import suppress

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract import avro_mapping, codec, records, schemas, values
from credstream.contract.codec import CLASS_BY_NAME
from credstream.contract.errors import Rejected
from credstream.contract.records import Again, Provider, Received, Scheme
from tests.support import codecs

CODEC = codecs.wire()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
INTS = st.integers(-(2**31), 2**31 - 1)
LEAVES = {
    str: TEXTS,
    int: INTS,
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    bytes: st.binary(max_size=20),
}


def of(hint):
    """Values of a field by its type."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return st.none() | of(next(each for each in inner if each is not type(None)))
    if origin is tuple:
        return st.lists(of(inner[0]), max_size=2).map(tuple)
    if origin is not None:
        return st.dictionaries(TEXTS, TEXTS, max_size=2)
    return made(hint) if dataclasses.is_dataclass(hint) else LEAVES[hint]


def made(kind):
    hints = typing.get_type_hints(kind, vars(values) | vars(records))
    return st.deferred(lambda: st.builds(kind, **{name: of(hint) for name, hint in hints.items()}))


BUILT = {name: made(kind) for name, kind in CLASS_BY_NAME.items()}


def refusal(call, *args):
    with pytest.raises(Rejected) as caught:
        call(*args)
    return caught.value.code


@pytest.mark.parametrize("name", schemas.IDS)
@given(st.data())
def test_every_record_is_decoded_as_it_was_encoded(name, data):
    record = data.draw(BUILT[name])
    wire = CODEC.encode(record)
    assert wire[:5] == b"\x00" + codecs.registry().id_of(name).to_bytes(4, "big")
    assert CODEC.decode(wire, type(record)) == record
    assert CODEC.encode(CODEC.decode(wire, type(record))) == wire


@pytest.mark.parametrize("name", schemas.IDS)
@given(st.data())
def test_a_record_cut_anywhere_or_with_anything_behind_it_is_refused(name, data):
    record = data.draw(BUILT[name])
    wire = CODEC.encode(record)
    at = data.draw(st.integers(0, len(wire) - 1))
    assert refusal(CODEC.decode, wire[:at], type(record)) in ("avro.magic", "avro.invalid")
    behind = data.draw(st.binary(min_size=1, max_size=9))
    assert refusal(CODEC.decode, wire + behind, type(record)) == "avro.invalid"


@pytest.mark.parametrize("name", schemas.IDS)
@given(st.data())
def test_a_bit_that_flips_gives_a_record_or_a_refusal(name, data):
    record = data.draw(BUILT[name])
    wire = bytearray(CODEC.encode(record))
    wire[data.draw(st.integers(0, len(wire) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        assert isinstance(CODEC.decode(bytes(wire), type(record)), type(record))
    except Rejected as refused:
        assert refused.code.startswith("avro.")


@given(st.binary(max_size=60))
def test_any_value_at_all_is_a_record_or_a_refusal(value):
    try:
        CODEC.decode(value, *CLASS_BY_NAME.values())
    except Rejected as refused:
        assert refused.code.startswith("avro.")


def test_a_record_passes_only_where_it_is_expected():
    wire = CODEC.encode(Again(key="k", cause="", detail="", at=0))
    assert refusal(CODEC.decode, wire) == "avro.schema_not_allowed"
    assert refusal(CODEC.decode, wire, Received, Scheme) == "avro.schema_not_allowed"
    assert CODEC.decode(wire, Received, Again).key == "k"


def long(number):
    """A zig-zag number of 64 bits."""
    number = (number << 1) ^ (number >> 63)
    wire = b""
    while number > 127:
        wire += bytes([number & 127 | 128])
        number >>= 7
    return wire + bytes([number])


SCHEME = b"\x00" + codecs.registry().id_of("scheme").to_bytes(4, "big")


@pytest.mark.parametrize("count", [10**7, 2**40, 2**62, 2**63 - 1, -(2**40), -(2**63)])
@pytest.mark.parametrize("before", [b"", b"\x00\x00"], ids=["a text", "an array"])
def test_a_length_that_is_claimed_costs_no_memory(count, before):
    tracemalloc.start()
    assert refusal(CODEC.decode, SCHEME + before + long(count), Scheme) == "avro.invalid"
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("schema", "wide"),
    [
        ("null", False), ({"type": "null"}, False), ("string", True), ({"type": "string"}, True), (["null", "string"], True),
        ({"type": "fixed", "name": "f", "size": 0}, False), ({"type": "fixed", "name": "f", "size": 1}, True),
        ({"type": "record", "name": "r", "fields": []}, False),
        ({"type": "record", "name": "r", "fields": [{"name": "a", "type": "null"}]}, False),
        ({"type": "record", "name": "r", "fields": [{"name": "a", "type": "null"}, {"name": "b", "type": "int"}]}, True),
        ({"type": "array", "items": "null"}, True),
    ],
)  # fmt: skip
def test_what_takes_bytes_is_known(schema, wide):
    assert schemas.may_be_empty(schema) != wide


@pytest.mark.parametrize("size", [codec.MIB + 6, 3 * codec.MIB])
def test_too_large_is_said_before_anything_is_read(size):
    wire = SCHEME + b"\xff" * (size - 5)
    assert refusal(CODEC.decode, wire, Scheme) == "avro.too_large"


def test_a_received_record_may_be_as_large_as_its_topic():
    wire = (
        b"\x00" + codecs.registry().id_of("received").to_bytes(4, "big") + b"\xff" * (2 * codec.MIB)
    )
    assert refusal(CODEC.decode, wire, Received) == "avro.invalid"
    assert refusal(CODEC.decode, wire + b"\xff", Received) == "avro.too_large"


@pytest.mark.parametrize(
    "record",
    [
        Scheme(id="\ud800", name=""), Scheme(id=5, name=""), Scheme(id=None, name=""), Scheme(id=b"", name=""), Scheme(id="", name="", members=(1,)), Scheme(id="", name="", min_level=2**31),
        Again(key="", cause="", detail="", at=2**63), Again(key="", cause="", detail="", at="now"),
        Provider(id="", kind="", name="", country="", status="", keys={"a": 1}), Provider(id="", kind="", name="", country="", status="", keys={"\ud800": ""}),
    ],
    ids=repr,
)  # fmt: skip
def test_a_value_that_avro_has_no_place_for_is_refused(record):
    assert refusal(CODEC.encode, record) == "avro.unwritable"


def test_one_text_for_each_schema_and_it_stands_on_its_own():
    for name in schemas.IDS:
        parsed = fastavro.parse_schema(json.loads(schemas.text(name)))
        assert parsed["name"] == f"credstream.{CLASS_BY_NAME[name].__name__}"
        assert schemas.text(name) is schemas.text(name)


def bodies_encoded(monkeypatch):
    """Counts how often a record is taken apart."""
    made = []
    real = codec._encode_fields
    monkeypatch.setattr(
        codec, "_encode_fields", lambda *given: (made.append(given[0]), real(*given))[1]
    )
    return made


def test_within_a_batch_the_body_of_a_record_is_encoded_once_for_topics_and_databases(monkeypatch):
    made, stored = bodies_encoded(monkeypatch), CODEC.for_databases()
    first = Scheme(id="S", name="A")
    with CODEC.batch():
        value = CODEC.encode(first)
        assert CODEC.encode(first) == value
        assert stored.encode(first)[5:] == value[5:]
        assert stored.decode(stored.encode(first), Scheme) == first
        assert len(made) == 1
        assert CODEC.encode(dataclasses.replace(first)) == value
        assert CODEC.encode(dataclasses.replace(first, name="B")) != value
    assert len(made) == 3
    CODEC.encode(first)
    assert len(made) == 4


def test_within_a_batch_a_record_that_was_decoded_is_not_encoded_again(monkeypatch):
    made, value = bodies_encoded(monkeypatch), CODEC.encode(Scheme(id="S", name="A"))
    with CODEC.batch():
        assert CODEC.encode(CODEC.decode(value, Scheme)) == value
    assert len(made) == 1


@given(st.data())
def test_a_record_that_begins_with_another_has_the_bytes_of_its_whole_schema(data):
    record = data.draw(BUILT["accredited"])
    out = io.BytesIO()
    whole = avro_mapping.record_writer(records.Accredited)(record)
    fastavro.schemaless_writer(out, schemas.schema("accredited"), whole)
    assert CODEC.encode(record)[5:] == out.getvalue()
    with CODEC.batch():
        inner = CODEC.decode(CODEC.encode(record.record), records.Normalised)
        assert CODEC.encode(dataclasses.replace(record, record=inner))[5:] == out.getvalue()


def test_a_record_that_was_decoded_is_not_encoded_again_inside_another(monkeypatch):
    none = values.Completeness(mandatory=0, mandatory_of=0, optional=0, optional_of=0)
    texts = ("key", "kind", "provider", "country", "submission", "format", "envelope", "proof")
    inner = records.Normalised(
        **dict.fromkeys((*texts, "mapping", "cause"), ""),
        received_at=0,
        definition=values.Definition(key="D"),
        account=values.Account(provenance=(), completeness=none),
    )
    value, made = CODEC.encode(inner), bodies_encoded(monkeypatch)
    with CODEC.batch():
        read = CODEC.decode(value, records.Normalised)
        outer = records.Accredited(record=read, judgement=None, cause="", cause_detail="")
        assert CODEC.decode(CODEC.encode(outer), records.Accredited) == outer
    assert made == [outer]


def test_a_batch_that_fails_forgets_the_bodies_of_its_records(monkeypatch):
    made, scheme = bodies_encoded(monkeypatch), Scheme(id="S", name="A")
    with suppress(RuntimeError), CODEC.batch():
        CODEC.encode(scheme)
        raise RuntimeError
    CODEC.encode(scheme)
    assert len(made) == 2


def test_a_short_record_of_a_table_is_decoded_once_and_a_long_one_each_time():
    short, long = (
        Again(key="k", cause=c, detail="", at=1) for c in ("c", "c" * codec.LARGEST_CACHED)
    )
    wire = codecs.wire()
    once, again = (wire.decode_cached(wire.encode(short), Again) for _ in range(2))
    assert once is again == short
    first, second = (wire.decode_cached(wire.encode(long), Again) for _ in range(2))
    assert first == second == long
    assert first is not second


def test_a_broken_record_of_a_table_is_refused_each_time():
    for _ in range(2):
        with pytest.raises(Rejected, match=r"avro\.magic"):
            CODEC.decode_cached(b"nothing", Again)
