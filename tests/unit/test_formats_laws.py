"""Laws of every format: nothing but Rejected leaves it, and a part is the same through its bytes."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from credstream.contract.errors import Rejected
from credstream.contract.reasons.table import REASONS
from credstream.formats.shared import documents
from credstream.formats.shared.parsed import Parsed, Rules, Table
from credstream.formats.table import BY_NAME, FORMATS
from services.ingest.detect import detect
from services.ingest.parts import parse_parts
from tests.support.changing import changed, places

GOLDEN = Path(__file__).parents[1] / "golden"
INPUTS = sorted(
    path
    for format_ in FORMATS
    for path in GOLDEN.glob(f"{format_.__name__.split('.')[-2]}/*/input.*")
)
TEXTS = [path for path in INPUTS if path.suffix in {".json", ".xml", ".csv"}]
ODD = [None, "", " ", 0, -1, 2.5, True, "x", [], ["x"], [None], {}, {"id": 3}, [[{}]], {"en": "x"}]
ANY = [*ODD, {"type": []}, {"@context": {"obi": 1}}, etree.fromstring("<a/>"), Table("csv", (), ())]


def name_of(path):
    return f"{path.parent.parent.name}-{path.parent.name}"


def read(value):
    """Everything that ingest and normalise do with a format; whether something was read."""
    try:
        found = detect(value)
        if found.unfit is not None:
            assert found.unfit.code in REASONS
            return ()
        good, unread = parse_parts(found, Rules())
    except Rejected as refusal:
        assert refusal.code in REASONS
        return ()
    assert all(reason.code in REASONS for reason in unread)
    for part, parsed in good:
        assert isinstance(parsed, Parsed)
        again = documents.read(documents.write(part))
        assert BY_NAME[found.format].parse(again) == parsed
    return good


def test_every_format_has_golden_files():
    assert {path.parent.parent.name for path in INPUTS} == {
        each.__name__.split(".")[-2] for each in FORMATS
    }


@pytest.mark.parametrize("path", INPUTS, ids=name_of)
def test_a_part_is_the_same_through_its_bytes(path):
    read(path.read_bytes())


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
@given(seed=st.integers(0, 2**32))
def test_changed_bytes_are_read_or_refused(path, seed):
    chance, value = random.Random(seed), bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(value) or 1)
        value[place : place + chance.randint(0, 12)] = chance.choice(PIECES)
    read(bytes(value))


PIECES = [b"<", b">", b'"', b"{}", b"[]", b"null", b"0", b";", b"\n", b"</a>", b"&amp;", b"\xff"]


@pytest.mark.parametrize("path", [p for p in TEXTS if p.suffix == ".json"], ids=name_of)
@given(seed=st.integers(0, 2**32))
def test_a_document_with_an_unexpected_value_anywhere_is_read_or_refused(path, seed):
    chance, document = random.Random(seed), json.loads(path.read_text("utf-8"))
    for _ in range(chance.randint(1, 3)):
        place = chance.choice(list(places(document)) or [("id",)])
        document = changed(document, place, chance.choice(ODD))
    read(json.dumps(document).encode())


@pytest.mark.parametrize("path", [p for p in TEXTS if p.suffix == ".xml"], ids=name_of)
@given(seed=st.integers(0, 2**32))
def test_a_tree_with_parts_moved_or_emptied_is_read_or_refused(path, seed):
    chance, root = random.Random(seed), etree.fromstring(path.read_bytes())
    for _ in range(chance.randint(1, 3)):
        chosen, other = chance.choices(list(root.iter(etree.Element)), k=2)
        if chance.random() < 0.5 and len(list(chosen.iter())) < 30:
            other.append(copy.deepcopy(chosen))
        else:
            chosen.text = chance.choice([None, "", "x", "-1", "9" * 40, "P1Y"])
            chosen.attrib.clear()
    read(etree.tostring(root))


@pytest.mark.parametrize("format_", FORMATS, ids=lambda each: each.NAME)
def test_recognise_raises_for_no_document(format_):
    assert {format_.recognise(document) for document in ANY} <= {True, False}


@pytest.mark.parametrize("format_", FORMATS, ids=lambda each: each.NAME)
@pytest.mark.parametrize("number", range(len(ODD)))
def test_a_document_that_is_no_part_is_refused_or_read(format_, number):
    try:
        assert isinstance(format_.parse(ODD[number]), Parsed)
    except Rejected as refusal:
        assert refusal.code in REASONS
