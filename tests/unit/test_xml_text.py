"""XML that refers to nothing outside itself, or a reason."""

import pytest

from credstream.contract.errors import Rejected
from credstream.formats.shared.json_text import DEEPEST
from credstream.formats.shared.xml_text import (
    MOST_ATTRIBUTES,
    MOST_ELEMENTS,
    MOST_NAMESPACE_NODES,
    MOST_NAMESPACES,
    read_xml,
)


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


def declarations(count):
    return " ".join(f'xmlns:n{number}="urn:{number}"' for number in range(count))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_the_namespaces_that_are_declared_have_a_limit(encoding):
    def document(count):
        names = declarations(count)
        return f'<?xml version="1.0" encoding="{encoding}"?><a {names}/>'.encode(encoding)

    assert read_xml(document(MOST_NAMESPACES)) is not None
    assert code(document(MOST_NAMESPACES + 1)) == ("document.too_much", "more than 400 namespaces")


@pytest.mark.parametrize("nested", [True, False])
def test_namespaces_and_elements_have_a_limit_together(nested):
    count = MOST_NAMESPACE_NODES // MOST_NAMESPACES
    names = declarations(MOST_NAMESPACES // 2)
    start, end = f"<a {names}><b {names}>", "</b></a>"
    inner = "<c>" * 50 + "<d/>" * (count - 52) + "</c>" * 50 if nested else "<d/>" * (count - 2)
    assert read_xml(f"{start}{inner}{end}".encode()) is not None
    refused = code(f"{start}{inner}<d/>{end}".encode())
    assert refused == (
        "document.too_much",
        f"{MOST_NAMESPACES} namespaces for {count + 1} elements",
    )


def test_the_attributes_of_an_element_have_a_limit():
    def document(count):
        attributes = " ".join(f"a{number}=''" for number in range(count))
        return f"<a><b {attributes}/></a>".encode()

    assert read_xml(document(MOST_ATTRIBUTES)) is not None
    assert code(document(MOST_ATTRIBUTES + 1))[0] == "document.too_much"


@pytest.mark.parametrize("encoding", ["utf-7", "cp037", "iso-2022-jp", "gb18030"])
def test_an_encoding_in_which_names_could_hide_is_refused(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><a/>'
    assert code(text.encode(encoding))[0] == "xml.invalid"


def test_a_canonicaliser_visits_a_bounded_number_of_namespaces():
    names = declarations(MOST_NAMESPACES)
    root = read_xml(
        f"<a {names}>{'<b/>' * (MOST_NAMESPACE_NODES // MOST_NAMESPACES - 1)}</a>".encode()
    )
    assert sum(len(element.nsmap) for element in root.iter()) <= MOST_NAMESPACE_NODES


@pytest.mark.parametrize("note", ["<!---->", "<?do it?>"])
def test_text_around_what_is_left_out_is_one_text(note):
    root = read_xml(f"<a>b{note}c{note}{note}d<e/>f{note}g</a>".encode())
    assert (root.text, root[0].tail) == ("bcd", "fg")
    assert [each.is_text for each in root.xpath("text()")] == [True, False]


def test_a_byte_order_mark_outweighs_the_declaration():
    text = '<?xml version="1.0" encoding="iso-8859-1"?><a>Prøve</a>'
    assert read_xml(text.encode("utf-8-sig")).text == "Prøve"
