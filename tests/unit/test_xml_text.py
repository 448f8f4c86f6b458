"""XML that refers to nothing outside itself, or a reason."""

import pytest

from credstream.contract.errors import Rejected
from credstream.formats.shared.json_text import DEEPEST
from credstream.formats.shared.xml_text import MOST_ELEMENTS, read_xml


def code(value):
    with pytest.raises(Rejected) as refusal:
        read_xml(value)
    return refusal.value.code, refusal.value.detail


def test_comments_and_instructions_are_left_behind():
    root = read_xml(b"<a><!-- TEST --><?do it?><b/></a>")
    assert [each.tag for each in root] == ["b"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_the_encoding_is_the_one_that_the_document_names(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>Prøve</a>'
    assert read_xml(text.encode(encoding)).text == "Prøve"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize(
    "inner", ["", ' SYSTEM "file:///etc/passwd"', ' [<!ENTITY x SYSTEM "file:///etc/passwd">]']
)
def test_a_document_type_is_refused_before_it_is_parsed(encoding, inner):
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a{inner}><a>&x;</a>'
    assert code(text.encode(encoding))[0] == "xml.doctype"


def test_a_fault_is_named_by_its_place_and_not_by_its_words():
    assert code(b"<a>\n<b>Canaria Testwell</a>") == ("xml.invalid", "line 2, column 24")


@pytest.mark.parametrize("value", [b"", b"<", b"<a/><b/>", b"<a>&x;</a>", b"<a b=1/>", b"\x00<a/>"])
def test_what_is_not_well_formed_is_refused(value):
    assert code(value)[0] == "xml.invalid"


def test_depth_and_width_have_a_limit_each():
    assert read_xml(b"<a>" * DEEPEST + b"</a>" * DEEPEST) is not None
    deeper = DEEPEST + 1
    assert code(b"<a>" * deeper + b"</a>" * deeper)[0] == "xml.too_deep"
    assert read_xml(b"<a>" + b"<b/>" * (MOST_ELEMENTS - 1) + b"</a>") is not None
    assert code(b"<a>" + b"<b/>" * MOST_ELEMENTS + b"</a>")[0] == "xml.too_many"
