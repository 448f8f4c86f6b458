"""Which format some bytes are of, and what they are wrapped in: told from the bytes alone."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from credstream.contract.errors import Rejected
from credstream.formats import elm3, native, ob3
from credstream.formats.common import Format
from credstream.formats.reading import read_json, read_text

# The most specific first: a European Digital Credential is a verifiable credential too.
FORMATS: tuple[Format, ...] = (elm3, ob3, native)
BY_NAME: Mapping[str, Format] = {each.NAME: each for each in FORMATS}

BINARY: Mapping[bytes, str] = {
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"PK\x03\x04": "a ZIP archive",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "gzip data",
    b"\xff\xd8\xff": "a JPEG image",
}
JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")
PROTECTED_HEADER = re.compile(r"eyJ[A-Za-z0-9_-]+\.?")
VERIFIABLE = {"VerifiableCredential", "VerifiablePresentation"}


@dataclass(frozen=True, slots=True)
class Detected:
    """What the bytes are. `document` is decoded and unwrapped, `content` is its own JSON text.

    `envelope` is none, jwt, seal or credential; `token` is the text that a signature covers.
    """

    format: str
    envelope: str
    document: Any
    content: str
    token: str = ""


def detect(value: bytes) -> Detected:
    """Recognise a format; raises Rejected where the bytes cannot be read at all."""
    for mark, name in BINARY.items():
        if value.startswith(mark):
            raise Rejected("format.unknown", "", f"the value is {name}")
    text = read_text(value).strip()
    if text[0] in "{[":
        return _json(text)
    if JWS.fullmatch(text):
        return _jwt(text)
    if PROTECTED_HEADER.fullmatch(text):
        raise Rejected("jws.incomplete", "", "the value is one part of a signed token alone")
    return Detected("unknown", "none", None, text)


def _json(text: str) -> Detected:
    document = read_json(text)
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        return Detected("unknown", "none", document, text)
    if isinstance(document.get("payload"), str) and "signatures" in document:
        payload = document["payload"]
        inner = read_json(payload)
        return Detected(_format(inner), "seal", inner, payload, text)
    if isinstance(document.get("credential"), dict):
        inner = document["credential"]
        return Detected(_format(inner), "credential", inner, text)
    return Detected(_format(document), "none", document, text)


def _jwt(token: str) -> Detected:
    claims = read_json(read_text(_decoded(token.split(".")[1])))
    if not isinstance(claims, dict):
        raise Rejected("format.invalid", "", "the token's payload is no JSON object")
    inner = claims.get("vc")
    document = _with_claims(inner, claims) if isinstance(inner, dict) else claims
    return Detected(_format(document), "jwt", document, "", token)


def _with_claims(credential: dict[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """A VCDM 1.1 credential may leave to the claims what it does not repeat."""
    known = {"id": claims.get("jti"), "issuer": claims.get("iss")}
    return {name: value for name, value in known.items() if value} | credential


def _format(document: Any) -> str:
    for each in FORMATS:
        if each.recognise(document):
            return each.NAME
    return "vcdm" if _is_verifiable(document) else "unknown"


def _is_verifiable(document: Any) -> bool:
    if not isinstance(document, dict):
        return False
    kinds = document.get("type", document.get("@type"))
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and name in VERIFIABLE for name in names)


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as error:
        raise Rejected("jws.incomplete", "", "the token's payload is not base64url") from error
