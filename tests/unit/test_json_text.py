"""Reading what strangers send: it ends as a document or as a refusal, in little memory."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract.errors import Rejected
from credstream.contract.reasons.table import REASONS
from credstream.formats.shared import json_text
from credstream.formats.shared.json_text import DEEPEST, MOST_NODES, read_json, read_text

BOM = b"\xef\xbb\xbf"


def refusal(call, *args):
    with pytest.raises(Rejected) as caught:
        call(*args)
    assert caught.value.code in REASONS
    return caught.value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", "format.empty"), (b" \n\t\r", "format.empty"), (BOM, "format.empty"), (BOM + b" ", "format.empty"),
        (b"\x00", "text.invalid"), (b"{}\x00", "text.invalid"), (b"\xff\xfe{\x00}\x00", "text.encoding"), (b"\xc3", "text.encoding"),
        (b"\xed\xa0\x80", "text.encoding"), (b"\xc0\xaf", "text.encoding"), (b"\xf5\x80\x80\x80", "text.encoding"), ("é".encode("latin-1"), "text.encoding"),
    ],
)  # fmt: skip
def test_bytes_that_are_no_text_are_told_apart(value, code):
    assert refusal(read_text, value).code == code


def test_one_byte_order_mark_is_taken_off_and_a_second_is_content():
    assert read_text(BOM + b"{}") == "{}"
    assert read_text(BOM + BOM + b"{}") == "\ufeff{}"
    assert refusal(read_json, "\ufeff{}").code == "json.invalid"


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"b": [{"c": 1, "d": 2, "c": 3}]}}', '{"": 1, "": 2}', '{"a": 1, "\\u0061": 2}', '{"a": {}, "a": {}}',
    ],
)  # fmt: skip
def test_a_key_twice_is_found_at_any_depth_and_however_it_is_spelt(text):
    assert refusal(read_json, text).code == "json.duplicate_key"


@pytest.mark.parametrize(
    "number",
    [
        "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1" * 400, "-" + "9" * 400, "0." + "1" * 400, "1" + "0" * 30, "9223372036854775808",
        "-9223372036854775809", "1e" + "9" * 100,
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["%s", "[%s]", '{"a": {"b": [1, %s]}}'])
def test_a_number_that_is_none_or_too_long_is_refused(number, around):
    assert refusal(read_json, around % number).code == "json.number"


@pytest.mark.parametrize("digits", [5_000, 500_000])
def test_a_number_of_many_digits_is_refused_before_it_is_converted(digits, monkeypatch):
    """To convert it takes time that grows with the square of its digits."""
    converted = []
    monkeypatch.setattr(json_text, "int", converted.append, raising=False)
    assert refusal(read_json, f'{{"a": {"7" * digits}}}').code == "json.number"
    assert converted == []


@pytest.mark.parametrize("number", ["-0", "0.0", "9223372036854775807", "-9223372036854775808", "1e308", "5e-324", "1E+2"])  # fmt: skip
def test_a_number_that_fits_passes(number):
    assert read_json(number) == json.loads(number)


@pytest.mark.parametrize("text", ["{'a': 1}", "{a: 1}", "[1,]", '{"a": 1,}', "// c\n{}", "nul", '"a', "{} {}", '"\n"', "[1 2]"])  # fmt: skip
def test_json_with_liberties_is_no_json(text):
    assert refusal(read_json, text).code == "json.invalid"


@pytest.mark.parametrize(
    "text",
    ["[" * (MOST_NODES + 1), "[" + ",".join(["{}"] * MOST_NODES) + "]"],
    ids=["deep", "wide"],
)
def test_more_objects_and_lists_than_a_document_needs_are_refused_unread(text):
    assert refusal(read_json, text).code == "json.too_large"


@pytest.mark.parametrize("depth", [DEEPEST + 1, 1_000, MOST_NODES])
@pytest.mark.parametrize(("opened", "closed"), [("[", "]"), ('{"a":', "}")], ids=["arrays", "objects"])  # fmt: skip
@pytest.mark.parametrize("whole", [True, False])
def test_depth_is_refused_whether_or_not_it_ends(depth, opened, closed, whole):
    text = opened * depth + "1" + (closed * depth if whole else "")
    assert refusal(read_json, text).code in ("json.too_deep", "json.invalid")


def test_as_deep_as_it_may_be_passes():
    assert read_json("[" * (DEEPEST - 1) + "1" + "]" * (DEEPEST - 1))


@pytest.mark.parametrize("escape", ["\\ud834", "\\udd1e", "\\udd1e\\ud834", "\\ud834x", "\\u0000"])
@pytest.mark.parametrize("around", ['"%s"', '["a%s"]', '{"a": {"b%s": 1}}', '{"a": "%s"}'])
def test_a_text_that_cannot_be_stored_is_refused_with_a_path_that_can(escape, around):
    refused = refusal(read_json, around % escape)
    assert refused.code == "text.invalid"
    refused.path.encode()
    assert "\x00" not in refused.path


def test_pairs_of_surrogates_are_letters():
    assert read_json('{"a": "\\ud834\\udd1e"}') == {"a": "𝄞"}


@given(st.text(max_size=60) | st.text(alphabet='{}[]":,\\u0d8eE+-.1tfn \n\ud800', max_size=60))
def test_no_text_gets_anything_else_out(text):
    try:
        read_json(text)
    except Rejected as refused:
        assert refused.code in REASONS


@given(st.binary(max_size=80))
def test_no_bytes_get_anything_else_out(value):
    try:
        assert "\x00" not in read_text(value)
    except Rejected as refused:
        assert refused.code in REASONS


def memory(text):
    """The most bytes that reading a text takes."""
    tracemalloc.start()
    read_json(text)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.parametrize(
    "document",
    [{"a": ["x" * 8] * 100_000}, {str(n): n for n in range(60_000)}, {"a": "x" * 1_000_000}],
    ids=["items", "keys", "a text"],
)
def test_a_large_and_sound_document_passes_in_little_memory(document):
    assert memory(json.dumps(document)) < 100_000_000


def test_a_long_name_above_many_items_costs_no_more_than_the_document():
    """1 MiB of this shape asks for more than 100 GB: one submission ends the process for good."""
    assert memory(json.dumps({"k" * 10_000: [0] * 10_000})) < 20_000_000
