"""XML signatures: what they cover, who signed, and what must never be followed."""

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from credstream.formats.shared.xml_text import parse_xml
from services.ingest.proofs import xml_dsig
from services.ingest.proofs.xml_algorithms import FILTER, W3
from services.ingest.proofs.xml_coverage import DS, MOST_TRANSFORMS, MOST_WORK
from tests.support.proofs import AT, EC, RSA, STRANGER, TRUSTED, identity
from tests.support.xml_signing import ENVELOPE, reference, sign, signature

XPATH = f"{W3}TR/1999/REC-xpath-19991116"
XSLT = f"{W3}TR/1999/REC-xslt-19991116"
PLAIN = "<elmo xmlns='urn:x' id='all'><title id='part'>Soil</title></elmo>"


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


def signed(references=None, who=RSA, method="rsa-sha256", plain=PLAIN, more=""):
    unsigned = signature(references or reference(), who, method, more)
    return etree.tostring(sign(etree.fromstring(plain), unsigned, who))


def verify(value, seals=TRUSTED, at=AT):
    return xml_dsig.verify(parse_xml(value), seals, at)


def state(value, seals=TRUSTED, at=AT):
    return verify(value, seals, at).state


@pytest.mark.parametrize(("who", "method"), [(RSA, "rsa-sha256"), (EC, "ecdsa-sha256")])
@pytest.mark.parametrize("transforms", [ENVELOPE, filtered()])
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
        reference("", filtered(how="intersect")),
        reference("", filtered("/descendant::ds:Signature<!-- x -->[false()]")),
        reference("", ENVELOPE + filtered("//*[false()]", "intersect")),
        reference("", xpath("not(ancestor-or-self::ds:Signature)")),
        reference("", xpath("not(ancestor-or-self::ds:Signature)", "urn:x")),
    ],
)
def test_a_transform_that_is_not_allowed_is_not_evaluated(references):
    assert state(signed(references)) == "unverifiable"


def test_a_chain_of_transforms_has_an_end():
    assert state(signed(reference(transforms=filtered() * MOST_TRANSFORMS))) == "verified"
    assert state(signed(reference(transforms=filtered() * (MOST_TRANSFORMS + 1)))) == "unverifiable"


def test_a_style_sheet_is_not_evaluated():
    sheet = f"<ds:Transform Algorithm='{XSLT}'/>"
    value = signed(reference(transforms=ENVELOPE + filtered()))
    changed = value.replace(b"</ds:Transforms>", f"{sheet}</ds:Transforms>".encode())
    assert (state(value), state(changed)) == ("verified", "unverifiable")


def test_a_signature_over_a_part_of_the_document_is_refused():
    assert state(signed(reference("#part", ""))) == "failed"
    assert state(signed(reference("#part", "")), {}) == "unverifiable"


def test_a_manifest_covers_nothing():
    more = f"<ds:Object Id='o'><ds:Manifest>{reference()}</ds:Manifest></ds:Object>"
    assert state(signed(reference("#o", ""), more=more)) == "failed"


def test_content_inside_the_signature_is_not_taken_for_signed():
    more = "<ds:Object><elmo xmlns='urn:x'/></ds:Object>"
    assert state(signed(more=more)) == "failed"
    assert state(signed(more=more), {}) == "unverifiable"


def test_sha1_is_never_verified():
    assert state(signed(reference(digest=f"{W3}2000/09/xmldsig#sha1"))) == "unverifiable"


def test_a_file_is_not_read_even_if_it_is_there(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    value = signed().replace(b'URI=""', f'URI="file://{secret}"'.encode())
    found = verify(value)
    assert (found.state, "outside" in found.detail) == ("failed", True)
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
    assert "not registered" in verify(value).detail


@pytest.fixture
def computed(monkeypatch):
    """The signatures that were computed, one entry each time."""
    seen, verify_once = [], xml_dsig.xmlsec.SignatureContext.verify

    class Counting(xmlsec.SignatureContext):
        def verify(self, node):
            seen.append(node)
            return verify_once(self, node)

    monkeypatch.setattr(xml_dsig.xmlsec, "SignatureContext", Counting)
    return seen


@pytest.mark.parametrize(
    ("seals", "at", "times"),
    [
        (TRUSTED, AT, 1),
        ({}, AT, 0),
        ({"ec": EC.pem}, AT, 0),
        (TRUSTED, AT + 2 * 365 * 86_400_000, 0),
        (TRUSTED, AT - 365 * 86_400_000, 0),
    ],
)
def test_a_signature_is_computed_once_and_for_a_known_signer_alone(seals, at, times, computed):
    value = signed()
    computed.clear()
    state(value, seals, at)
    assert len(computed) == times


def test_several_certificates_cost_one_computation(computed):
    more = "".join(f"<ds:X509Certificate>{who.x5c}</ds:X509Certificate>" for who in (EC, STRANGER))
    value = signed().replace(b"</ds:X509Data>", f"{more}</ds:X509Data>".encode())
    assert (state(value, {"rsa": RSA.pem}), len(computed)) == ("verified", 1)


def test_the_signer_is_the_end_of_a_chain_that_is_registered_whole():
    authority = identity(ec.generate_private_key(ec.SECP256R1()), ca=True, name="Authority")
    leaf = identity(ec.generate_private_key(ec.SECP256R1()), authority)
    first = f"<ds:X509Data><ds:X509Certificate>{authority.x5c}</ds:X509Certificate>"
    value = signed(who=leaf, method="ecdsa-sha256").replace(b"<ds:X509Data>", first.encode())
    assert verify(value, {"ca": authority.pem, "leaf": leaf.pem}).signer == "leaf"


@pytest.mark.parametrize(
    ("namespaces", "elements", "references"),
    [(800, 100, 1), (100, 4000, 1), (10, 300_000, 1), (100, 400, 8)],
)
def test_a_document_that_takes_too_long_is_not_computed(namespaces, elements, references, computed):
    declared = " ".join(f"xmlns:n{number}='urn:{number}'" for number in range(namespaces))
    root = etree.fromstring(signed(reference() * references))
    wide = etree.fromstring(f"<w xmlns='urn:x' {declared}>{'<b/>' * elements}</w>")
    root.insert(0, wide)
    found = xml_dsig.verify(root, TRUSTED, AT)
    assert elements * namespaces**2 * references > MOST_WORK
    assert (found.state, computed) == ("unverifiable", [])
    assert "too many" in found.detail


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
