"""Signed XML documents, and the ways to wrap one so that a forged one is read in its place."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

from lxml import etree

from credstream.contract.messages import Incoming
from credstream.contract.records import Provider
from services.ingest.examine import read_submission
from tests.support.proofs import AT, RSA
from tests.support.xml_signing import ENVELOPE, reference, sign, signature

GOLDEN = Path(__file__).parents[1] / "golden"
PLAIN = {
    "edci": (GOLDEN / "elm2_xml/achievement/input.xml").read_bytes(),
    "elmo": (GOLDEN / "elmo/four_courses/input.xml").read_bytes(),
}
AROUND = {
    "edci": "<verifiablePresentation xmlns='http://data.europa.eu/snb'/>",
    "elmo": "<tors-response xmlns='urn:ewp'/>",
}
NAME = "Mallory"
UNKNOWN = Provider(id="acme", kind="provider", name="Acme", country="DE", status="active")
PROVIDER = replace(UNKNOWN, seals={"rsa": RSA.pem})


def genuine(kind, uri):
    """A signed document, and its signature as its last element."""
    root = etree.fromstring(PLAIN[kind])
    root.set("id", "urn:signed")
    sign(root, signature(reference(uri, ENVELOPE)))
    return root


def forged(root):
    """The document with another learner in it, without a signature and under another id."""
    copied = deepcopy(root)
    copied.remove(copied[-1])
    copied.set("id", "urn:forged")
    for element in copied.iter("{*}givenNames"):
        for text in (*element, element):
            text.text = NAME
    assert NAME in etree.tostring(copied).decode()
    return copied


def taken_apart(kind, uri):
    """The original without its signature, its signature, and the forged document."""
    root = genuine(kind, uri)
    evil, seal = forged(root), root[-1]
    root.remove(seal)
    return root, seal, evil


def around(kind, *elements):
    wrapper = etree.fromstring(AROUND[kind])
    wrapper.extend(elements)
    return wrapper


def xsw1(kind, uri):
    """The forged document is signed by a signature that holds the original."""
    root, seal, evil = taken_apart(kind, uri)
    evil.append(seal)
    seal.append(root)
    return evil


def xsw2(kind, uri):
    """As the first, with the original before its signature, both in the forged document."""
    root, seal, evil = taken_apart(kind, uri)
    evil.extend((root, seal))
    return evil


def xsw3(kind, uri):
    """The forged document comes before the original, side by side."""
    root = genuine(kind, uri)
    return around(kind, forged(root), root)


def xsw4(kind, uri):
    """The original with its signature is inside the forged document."""
    root = genuine(kind, uri)
    evil = forged(root)
    evil.append(root)
    return evil


def xsw5(kind, uri):
    """The forged document has the signature, and the original comes after it."""
    root, seal, evil = taken_apart(kind, uri)
    evil.append(seal)
    return around(kind, evil, root)


def xsw6(kind, uri):
    """As the fifth, with the original in the signature."""
    return around(kind, xsw1(kind, uri))


def xsw7(kind, uri):
    """The forged document is in an extension, which a schema does not look into."""
    root = genuine(kind, uri)
    evil = forged(root)
    extension = etree.SubElement(around(kind), "{urn:x}extension")
    extension.append(evil)
    return around(kind, extension, root)


def xsw8(kind, uri):
    """The original is in an object of the signature, which is in the forged document."""
    root, seal, evil = taken_apart(kind, uri)
    evil.append(seal)
    etree.SubElement(seal, f"{seal.tag.rpartition('}')[0]}}}Object").append(root)
    return evil


def in_object(kind, uri):
    """The forged document is in an object of the signature in the untouched original."""
    root = genuine(kind, uri)
    etree.SubElement(root[-1], "{http://www.w3.org/2000/09/xmldsig#}Object").append(forged(root))
    return root


def in_object_under_another_name(kind, uri):
    """As before, in a name space that begins as those of signatures do."""
    root = in_object(kind, uri)
    evil = root[-1][-1][-1]
    for element in evil.iter(etree.Element):
        name = etree.QName(element).localname
        element.tag = f"{{http://www.w3.org/2000/09/xmldsig#more}}{name}"
    return root


def in_a_second_signature(kind, uri):
    root = genuine(kind, uri)
    hidden = etree.SubElement(root[-1], "{http://www.w3.org/2000/09/xmldsig#}Object")
    etree.SubElement(hidden, root[-1].tag).append(forged(root))
    return root


def under_a_signature(kind, uri):
    """The root itself is the signature, with the forged document before its parts."""
    root, seal, evil = taken_apart(kind, uri)
    etree.SubElement(seal, "{http://www.w3.org/2000/09/xmldsig#}Object").extend((evil, root))
    return seal


def with_one_id_twice(kind, uri):
    root = genuine(kind, uri)
    evil = forged(root)
    evil.set("id", "urn:signed")
    return around(kind, evil, root)


ATTACKS = (
    *(xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8),
    *(in_object, in_object_under_another_name, in_a_second_signature, under_a_signature),
    with_one_id_twice,
)


def read(root, provider=PROVIDER):
    """What ingest receives of a document of a provider; raises Rejected."""
    value = root if isinstance(root, bytes) else etree.tostring(root)
    message = Incoming(
        topic="submissions.provider.acme", partition=0, offset=1, key=None, value=value, headers=(), at=AT
    )  # fmt: skip
    return read_submission(message, provider).received
