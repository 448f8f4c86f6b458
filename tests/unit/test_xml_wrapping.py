"""Signature wrapping: a really signed document, moved so that a forged one is read in its place.

The eight ways of Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (USENIX
Security 2012), for a credential in EDCI and a transcript in ELMO, and some of our own.
"""

from __future__ import annotations

import pytest
from lxml import etree

from credstream.contract.errors import Rejected
from tests.support.xml_signing import reference, sign, signature
from tests.support.xml_wrapping import (
    ATTACKS,
    NAME,
    PLAIN,
    UNKNOWN,
    genuine,
    in_a_second_signature,
    in_object,
    in_object_under_another_name,
    read,
    under_a_signature,
)


@pytest.mark.parametrize("uri", ["", "#urn:signed"])
@pytest.mark.parametrize("kind", PLAIN)
def test_the_untouched_document_is_verified(kind, uri):
    received = read(genuine(kind, uri))
    assert {each.proof for each in received} == {"verified"}
    unsigned = read(PLAIN[kind])
    assert [each.digest for each in received] == [
        each.digest for each in read(without_seal(genuine(kind, uri)))
    ]
    assert len(received) == len(unsigned)


def without_seal(root):
    root.remove(root[-1])
    return root


@pytest.mark.parametrize("uri", ["", "#urn:signed"])
@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_wrapped_document_is_refused(attack, kind, uri):
    with pytest.raises(Rejected) as refusal:
        read(attack(kind, uri))
    assert refusal.value.code == (
        "format.unknown" if attack is under_a_signature else "signature.invalid"
    )


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_nothing_in_a_signature_is_read_where_its_signer_is_not_known_either(attack, kind):
    try:
        received = read(attack(kind, ""), UNKNOWN)
    except Rejected:
        return
    assert {each.proof for each in received} <= {"unverifiable"}
    if attack in {in_object, in_object_under_another_name, in_a_second_signature}:
        assert not any(NAME.encode() in each.payload for each in received)


def test_text_is_what_was_signed_whatever_the_declaration_says():
    """With a byte order mark the text is UTF-8, for its verifier and for its reader."""
    value = genuine_bytes("Pröve")
    declared = value.replace(b"UTF-8", b"ISO-8859-1", 1)
    assert {each.proof for each in read(b"\xef\xbb\xbf" + declared)} == {"verified"}
    assert all("Pröve".encode() in each.payload for each in read(b"\xef\xbb\xbf" + declared))
    with pytest.raises(Rejected, match=r"signature\.invalid"):
        read(declared)


def genuine_bytes(name):
    root = etree.fromstring(PLAIN["edci"].replace(b"Canaria", name.encode()))
    sign(root, signature(reference()))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


@pytest.mark.parametrize("note", [b"<!-- -->", b"<!---->", b"<![CDATA[]]>"])
def test_a_comment_does_not_cut_a_signed_text(note):
    """Comments are not signed, so a text before one is not the whole signed text."""
    value = genuine_bytes("Canaria").replace(b"Canaria", b"Can" + note + b"aria")
    (received,) = read(value)
    assert received.proof == "verified"
    assert b">Canaria<" in received.payload


def test_an_instruction_is_signed():
    with pytest.raises(Rejected, match=r"signature\.invalid"):
        read(genuine_bytes("Canaria").replace(b"Canaria", b"Can<?x y?>aria"))
