"""Signs XML documents as providers do, for the tests of their signatures."""

from __future__ import annotations

import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from services.ingest.proofs.xml_algorithms import ENVELOPED, W3
from services.ingest.proofs.xml_coverage import DS
from tests.support.proofs import RSA

ENVELOPE = f"<ds:Transform Algorithm='{ENVELOPED}'/>"
SHA256 = f"{W3}2001/04/xmlenc#sha256"


def reference(uri="", transforms=ENVELOPE, digest=SHA256):
    return (
        f"<ds:Reference URI='{uri}'><ds:Transforms>{transforms}</ds:Transforms>"
        f"<ds:DigestMethod Algorithm='{digest}'/><ds:DigestValue/></ds:Reference>"
    )


def signature(references, who=RSA, method="rsa-sha256", more=""):
    """A signature that is not computed yet."""
    return etree.fromstring(
        f"<ds:Signature xmlns:ds='{DS[1:-1]}'><ds:SignedInfo>"
        f"<ds:CanonicalizationMethod Algorithm='{W3}2001/10/xml-exc-c14n#'/>"
        f"<ds:SignatureMethod Algorithm='{W3}2001/04/xmldsig-more#{method}'/>"
        f"{references}</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data>"
        f"<ds:X509Certificate>{who.x5c}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{more}"
        "</ds:Signature>"
    )


def sign(root, unsigned, who=RSA):
    """Put a signature at the end of a document, and compute it."""
    root.append(unsigned)
    context = xmlsec.SignatureContext()
    for element in root.iter(etree.Element):
        for name in ("id", "Id"):
            if element.get(name):
                context.register_id(element, name)
    private = who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context.key = xmlsec.Key.from_memory(private, xmlsec.constants.KeyDataFormatPem)
    context.sign(unsigned)
    return root
