"""Which format some bytes are of, and what they are wrapped in: told from the bytes alone."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats import unsupported
from credstream.formats.shared import pictures
from credstream.formats.shared.json_text import BOM, read_json, read_text
from credstream.formats.shared.parsed import Rules, Table
from credstream.formats.shared.rosters import sheets
from credstream.formats.shared.xml_text import read_xml
from credstream.formats.table import FORMATS

NO_RULES = Rules()
ZIP = b"PK\x03\x04"
BINARY: Mapping[bytes, str] = {
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "gzip data",
    b"\xff\xd8\xff": "a JPEG image",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save it as XLSX or CSV",
}
JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")
JWE = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}")
PROTECTED_HEADER = re.compile(r"eyJ[A-Za-z0-9_-]+\.?")
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Detected:
    """What the bytes are. `document` is decoded and unwrapped.

    `envelope` is none, jwt, jws, seal, credential, png or svg. `signature` says how `signed`
    is to be checked: jws (a compact token), seal (JWS as JSON), xml (the bytes as they came), or
    nothing. `unfit` says why nothing of it can go on, `findings` what was doubtful on the way.
    """

    format: str
    envelope: str
    document: Any
    signature: str = ""
    signed: str | bytes = ""
    unfit: Reason | None = None
    findings: tuple[Reason, ...] = ()


def detect(value: bytes, rules: Rules = NO_RULES) -> Detected:
    """Recognise a format; raises Rejected where the bytes cannot be read at all.

    `rules` say how the provider writes its lists.
    """
    if value.startswith(pictures.PNG):
        return _baked(pictures.from_png(value), "png")
    if value.startswith(ZIP):
        return _found(sheets.from_xlsx(value, rules))
    for mark, name in BINARY.items():
        if value.startswith(mark):
            raise Rejected("format.unknown", "", f"the value is {name}")
    if _is_markup(value):
        return _markup(value)
    return _text(value, rules)


def _is_markup(value: bytes) -> bool:
    start = value[:200].removeprefix(BOM)
    if start.startswith(UTF16):
        start = start[2:].replace(b"\x00", b"")
    return start.lstrip().startswith(b"<")


def _markup(value: bytes) -> Detected:
    root = read_xml(value.removeprefix(BOM).lstrip())
    if root.tag == pictures.SVG:
        return _baked(pictures.from_svg(root), "svg")
    found = _found(root)
    signed = any(True for _ in root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    return replace(found, signature="xml", signed=value) if signed else found


def _text(value: bytes, rules: Rules) -> Detected:
    try:
        text = read_text(value).strip()
    except Rejected as refusal:
        if refusal.code != "text.encoding":
            raise
        table = _foreign(value, rules)
        if table is None:
            raise
        return _found(table)
    if text[0] in "{[":
        return _json(text)
    if JWS.fullmatch(text):
        return _token(text)
    if JWE.fullmatch(text):
        raise Rejected("jwe.unsupported", "", "the value is an encrypted token (JWE)")
    if PROTECTED_HEADER.fullmatch(text):
        raise Rejected("jws.incomplete", "", "the value is one part of a signed token alone")
    table = sheets.from_csv(text, rules)
    return _found(table) if table is not None else _found(text)


def _foreign(value: bytes, rules: Rules) -> Table | None:
    """A list that is no UTF-8, by the encoding of the registration, with a finding."""
    try:
        text = value.decode(rules.encoding)
    except (UnicodeDecodeError, LookupError):
        return None
    table = sheets.from_csv(text, rules) if "\x00" not in text else None
    if table is None:
        return None
    told = Reason(code="text.encoding_assumed", path="", detail=f"read as {rules.encoding}")
    return replace(table, findings=(*table.findings, told))


def _json(text: str) -> Detected:
    document = read_json(text)
    if isinstance(document, list) and document:
        document = document[0] if len(document) == 1 else document
    if not isinstance(document, dict):
        return _found(document)
    if isinstance(document.get("payload"), str) and "signatures" in document:
        inner = _found(read_json(document["payload"]))
        return replace(inner, envelope="seal", signature="seal", signed=text)
    if document.keys() >= {"protected", "recipients"} or document.keys() >= {"iv", "ciphertext"}:
        raise Rejected("jwe.unsupported", "", "the value is encrypted (JWE)")
    if isinstance(document.get("credential"), dict):
        return replace(_found(document["credential"]), envelope="credential")
    return _found(document)


def _token(token: str) -> Detected:
    claims = read_json(read_text(_decoded(token.split(".")[1])))
    if not isinstance(claims, dict):
        raise Rejected("format.invalid", "", "the token's payload is no JSON object")
    inner = claims.get("vc")
    document = _with_claims(inner, claims) if isinstance(inner, dict) else claims
    found = _found(document)
    envelope = "jws" if found.format in {"ob1", "ob2"} else "jwt"
    return replace(found, envelope=envelope, signature="jws", signed=token)


def _baked(text: str, envelope: str) -> Detected:
    """What a picture holds: JSON or a token; an address is not followed."""
    inside = text.strip()
    if JWS.fullmatch(inside):
        return replace(_token(inside), envelope=envelope)
    if inside.startswith("{"):
        return replace(_json(inside), envelope=envelope)
    raise Rejected("image.no_credential", "", "the picture names a badge elsewhere, or none")


def _with_claims(credential: dict[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """A VCDM 1.1 credential may leave to the claims what it does not repeat."""
    known = {"id": claims.get("jti"), "issuer": claims.get("iss")}
    return {name: value for name, value in known.items() if value} | credential


def _found(document: Any) -> Detected:
    findings = document.findings if isinstance(document, Table) else ()
    for each in FORMATS:
        if each.recognise(document):
            return Detected(
                each.NAME, "none", document, unfit=each.unfit(document), findings=findings
            )
    held = document if isinstance(document, dict | list | etree._Element) else None  # noqa: SLF001
    return Detected("unknown", "none", held, unfit=unsupported.reason(document))


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as error:
        raise Rejected("jws.incomplete", "", "the token's payload is not base64url") from error
