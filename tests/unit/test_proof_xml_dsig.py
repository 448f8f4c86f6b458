"""XML signatures: what they cover, who signed, and what must never be followed."""

import pytest
import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from services.ingest.proofs.xml_algorithms import ENVELOPED, FILTER, W3, XPATH
from services.ingest.proofs.xml_coverage import DS
from services.ingest.proofs.xml_dsig import verify
from tests.support.proofs import AT, EC, RSA, STRANGER, TRUSTED

PLAIN = "<elmo xmlns='urn:x' id='all'><title id='part'>Soil</title></elmo>"
ENVELOPE = f"<ds:Transform Algorithm='{ENVELOPED}'/>"
SHA256 = f"{W3}2001/04/xmlenc#sha256"


def filtered(path="/descendant::ds:Signature", how="subtract"):
    return (
        f"<ds:Transform Algorithm='{FILTER}'>"
        f"<f:XPath xmlns:f='{FILTER}' Filter='{how}'>{path}</f:XPath></ds:Transform>"
    )


def xpath(path, space=DS[1:-1]):
    inner = f"<ds:XPath>{path}</ds:XPath>"
    if space != DS[1:-1]:
        inner = f"<d:XPath xmlns:d='{DS[1:-1]}' xmlns:ds='{space}'>{path}</d:XPath>"
    return f"<ds:Transform Algorithm='{XPATH}'>{inner}</ds:Transform>"


def reference(uri="", transforms=ENVELOPE, digest=SHA256):
    return (
        f"<ds:Reference URI='{uri}'><ds:Transforms>{transforms}</ds:Transforms>"
        f"<ds:DigestMethod Algorithm='{digest}'/><ds:DigestValue/></ds:Reference>"
    )


def signed(references=None, who=RSA, method="rsa-sha256", plain=PLAIN, more=""):
    markup = (
        f"<ds:Signature xmlns:ds='{DS[1:-1]}'><ds:SignedInfo>"
        f"<ds:CanonicalizationMethod Algorithm='{W3}2001/10/xml-exc-c14n#'/>"
        f"<ds:SignatureMethod Algorithm='{W3}2001/04/xmldsig-more#{method}'/>"
        f"{references or reference()}</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data>"
        f"<ds:X509Certificate>{who.x5c}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{more}"
        "</ds:Signature>"
    )
    root = etree.fromstring(plain.replace("</elmo>", f"{markup}</elmo>"))
    context = xmlsec.SignatureContext()
    for element in root.iter(etree.Element):
        for name in ("id", "Id"):
            if element.get(name):
                context.register_id(element, name)
    private = who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context.key = xmlsec.Key.from_memory(private, xmlsec.constants.KeyDataFormatPem)
    context.sign(root[-1])
    return etree.tostring(root)


def state(value, seals=TRUSTED, at=AT):
    return verify(value, seals, at).state


@pytest.mark.parametrize(("who", "method"), [(RSA, "rsa-sha256"), (EC, "ecdsa-sha256")])
@pytest.mark.parametrize(
    "transforms", [ENVELOPE, filtered(), xpath("not(ancestor-or-self::ds:Signature)")]
)
def test_a_registered_certificate_verifies(who, method, transforms):
    value = signed(reference(transforms=transforms), who, method)
    assert state(value) == "verified"
    assert state(value, {}) == "unverifiable"
    assert state(value, at=AT + 2 * 365 * 86_400_000) == "unverifiable"


@pytest.mark.parametrize(
    ("old", "new"), [(b"Soil", b"Soup"), (b"'part'", b"x"), (b"urn:x", b"urn:y")]
)
def test_what_was_changed_fails(old, new):
    value = signed().replace(b'"part"', b"'part'")
    assert state(value) == "verified"
    assert state(value.replace(old, b"'" + new + b"'" if old[:1] == b"'" else new)) == "failed"


@pytest.mark.parametrize("tag", ["DigestValue", "SignatureValue"])
def test_a_changed_value_of_the_signature_fails(tag):
    root = etree.fromstring(signed())
    element = next(root.iter(DS + tag))
    mark = element.text.strip()
    element.text = mark[:3] + ("B" if mark[3] == "A" else "A") + mark[4:]
    assert state(etree.tostring(root)) == "failed"


@pytest.mark.parametrize(
    "references",
    [
        reference("#part", ""),
        reference("", filtered(how="intersect")),
        reference("", ENVELOPE + filtered("//*[false()]", "intersect")),
        reference("", xpath("not(ancestor-or-self::ds:Signature)", "urn:x")),
    ],
)
def test_a_signature_over_a_part_of_the_document_is_never_verified(references):
    assert state(signed(references)) == "unverifiable"


def test_a_manifest_covers_nothing():
    more = f"<ds:Object Id='o'><ds:Manifest>{reference()}</ds:Manifest></ds:Object>"
    assert state(signed(reference("#o", ""), more=more)) == "unverifiable"


def test_content_inside_the_signature_is_not_taken_for_signed():
    more = "<ds:Object><elmo xmlns='urn:x'/></ds:Object>"
    assert state(signed(more=more)) == "unverifiable"


def test_sha1_is_never_verified():
    assert state(signed(reference(digest=f"{W3}2000/09/xmldsig#sha1"))) == "unverifiable"


def test_a_file_is_not_read_even_if_it_is_there(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    value = signed().replace(b'URI=""', f'URI="file://{secret}"'.encode())
    assert (verify(value, TRUSTED, AT).state, "outside" in verify(value, TRUSTED, AT).detail) == (
        "failed",
        True,
    )
    assert state(value.replace(b"file://", b"http://")) == "failed"


def test_an_id_that_occurs_twice_is_refused():
    value = signed(reference("#all"))
    assert state(value) == "verified"
    twice = value.replace(b"<title", b'<title xml:id="all"/><title')
    assert state(twice) == "failed"


def test_a_key_elsewhere_and_a_shared_secret_are_refused():
    value = signed()
    elsewhere = value.replace(b"<ds:KeyInfo>", b"<ds:KeyInfo><ds:RetrievalMethod URI='#a'/>")
    assert state(elsewhere) == "failed"
    assert state(value.replace(b"rsa-sha256", b"hmac-sha256")) == "unverifiable"


def test_a_seal_of_an_unregistered_certificate_is_unverifiable():
    value = signed(who=STRANGER, method="ecdsa-sha256")
    assert "not registered" in verify(value, TRUSTED, AT).detail


def both(first, second):
    """A document with two signatures, each over all but the signatures."""
    root, other = etree.fromstring(first), etree.fromstring(second)
    root.append(other[-1])
    return etree.tostring(root)


def test_every_signature_that_covers_the_document_must_be_good():
    rsa, strange = (
        signed(reference(transforms=filtered())),
        signed(reference(transforms=filtered()), STRANGER, "ecdsa-sha256"),
    )
    other = signed(reference(transforms=filtered()), EC, "ecdsa-sha256", PLAIN.replace("So", "To"))
    good = signed(reference(transforms=filtered()), EC, "ecdsa-sha256")
    assert state(both(rsa, good)) == "verified"
    for pair in ((rsa, strange), (strange, rsa)):
        assert state(both(*pair)) == "unverifiable"
    for pair in ((rsa, other), (strange, other)):
        assert state(both(*pair)) == "failed"
