"""Badges inside pictures: the bytes as they came, and what is wrong with them."""

import base64
import json
import zlib

import pytest

from credstream.contract.errors import Rejected
from services.ingest.detect import detect
from tests.support import baking

BADGE = {
    "@context": "https://w3id.org/openbadges/v2",
    "type": "Assertion",
    "id": "https://badges.example/1",
    "recipient": {"type": "email", "hashed": False, "identity": "test@example.org"},
    "badge": {"type": "BadgeClass", "name": "Soldering", "issuer": {"name": "Example"}},
    "verification": {"type": "HostedBadge"},
    "issuedOn": "2026-03-01T00:00:00Z",
}
OB3 = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "https://badges.example", "type": ["Profile"]},
    "credentialSubject": {"type": ["AchievementSubject"]},
}
TEXT = json.dumps(BADGE)
RAW = TEXT.encode()


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(payload):
    return f"{part({'alg': 'RS256'})}.{part(payload)}.AAAA"


def code(value):
    with pytest.raises(Rejected) as refusal:
        detect(value)
    return refusal.value.code


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(baking.png(baking.international(RAW)), id="plain"),
        pytest.param(baking.png(baking.international(zlib.compress(RAW), flag=1)), id="packed"),
        pytest.param(baking.png(baking.chunk(b"tEXt", b"openbadges\x00" + RAW)), id="latin text"),
        pytest.param(baking.png(*[baking.international(RAW)] * 2), id="twice the same"),
        pytest.param(
            baking.png(baking.international(b"x", b"Comment"), baking.international(RAW)),
            id="behind a comment",
        ),
    ],
)
def test_a_badge_in_a_png_is_read(picture):
    found = detect(picture)
    assert (found.format, found.envelope, found.document) == ("ob2", "png", BADGE)


def test_a_signed_badge_in_a_png_keeps_its_signature():
    found = detect(baking.png(baking.international(token(BADGE).encode())))
    assert (found.format, found.envelope, found.signature) == ("ob2", "png", "jws")
    assert found.signed == token(BADGE)


@pytest.mark.parametrize("inside", [json.dumps(OB3), token(OB3)], ids=["json", "token"])
def test_an_open_badge_3_has_a_keyword_of_its_own(inside):
    found = detect(baking.png(baking.international(inside.encode(), b"openbadgecredential")))
    assert (found.format, found.envelope) == ("ob3", "png")


@pytest.mark.parametrize(
    ("name", "home", "document", "form"),
    [
        ("assertion", "http://openbadges.org", BADGE, "ob2"),
        ("assertion", "http://specification.openbadges.org", BADGE, "ob2"),
        ("credential", "https://purl.imsglobal.org/ob/v3p0", OB3, "ob3"),
    ],
)
def test_a_badge_in_an_svg_is_read(name, home, document, form):
    found = detect(baking.svg(json.dumps(document), name, home))
    assert (found.format, found.envelope, found.document) == (form, "svg", document)


OTHER = json.dumps({**BADGE, "id": "https://badges.example/2"}).encode()
PACKED = zlib.compress(RAW)


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (baking.png(), "image.no_credential"),
        (baking.svg(""), "image.no_credential"),
        (baking.png(baking.international(b"https://badges.example/1")), "image.no_credential"),
        (
            baking.png(baking.international(RAW), baking.international(OTHER)),
            "image.several_credentials",
        ),
        (baking.png(baking.international(RAW)).replace(b"Soldering", b"Surgery!!"), "image.damaged"),
        (baking.png(baking.international(RAW))[:200], "image.damaged"),
        (baking.png(baking.international(PACKED[:-8], flag=1)), "image.damaged"),
        (baking.png(baking.international(b"", flag=1)), "image.damaged"),
        (baking.png(baking.international(PACKED, flag=1, method=7)), "image.damaged"),
        (baking.png(baking.international(b"\xff\xfe{")), "text.encoding"),
        (
            baking.png(baking.international(zlib.compress(b" " * 2_000_000), flag=1)),
            "size.too_large",
        ),
    ],
    ids=[
        "nothing", "empty svg", "an address", "two that differ", "changed", "cut",
        "packed and cut", "packed nothing", "unknown packing", "no utf-8", "bomb",
    ],
)  # fmt: skip
def test_what_cannot_be_taken_from_a_picture_says_why(picture, expected):
    assert code(picture) == expected
