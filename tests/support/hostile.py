"""Files that are made to hurt: each with the codes by which it may be refused.

Bombs take a second to make: what makes them stands in place of their bytes.
"""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from functools import partial

from tests.support.baking import PNG, chunk

MIB = 1024 * 1024
XML_REFUSED = {"xml.doctype", "xml.invalid", "xml.too_deep"}
LOCK = b"\x07TESTER " + b" " * 47 + b"\x06T\0E\0S\0T\0" + b" \0" * 50


def files():
    """Name, bytes of at most 1 MiB or what makes them, and the codes that may refuse them."""
    yield "empty", b"", {"format.empty"}
    yield "blanks", b" \n\t" * 1000, {"format.empty"}
    yield from _document_types()
    yield from _markup()
    yield from _json()
    yield from _tokens()
    yield from _pictures()
    yield from _archives()
    yield (
        "utf-16",
        '{"credstream": 1}'.encode("utf-16"),
        {"text.encoding", "text.invalid", "format.unknown"},
    )
    yield (
        "latin-1 JSON",
        '{"credstream": 1, "title": "Prüfung"}'.encode("latin-1"),
        {"text.encoding"},
    )
    yield "NUL", b'{"credstream": 1, "id": "a\\u0000b"}', {"text.invalid"}
    yield "excel lock file", LOCK, {"format.unknown", "text.invalid", "text.encoding"}
    yield (
        "one long line of commas",
        b"a," * (MIB // 2),
        {"format.unknown", "roster.header_unknown", "roster.too_wide"},
    )
    yield (
        "random bytes",
        bytes(n * 7919 % 251 for n in range(MIB)),
        {"text.encoding", "format.unknown"},
    )


def _document_types():
    yield (
        "xxe",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><elmo>&x;</elmo>',
        XML_REFUSED,
    )
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    yield (
        "laughs",
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><elmo>&l9;</elmo>'.encode(),
        XML_REFUSED,
    )
    yield (
        "quadratic",
        f'<!DOCTYPE a [<!ENTITY q "{"q" * 50_000}">]><elmo>{"&q;" * 10_000}</elmo>'.encode(),
        XML_REFUSED,
    )
    yield "doctype alone", b"<!DOCTYPE html><elmo/>", XML_REFUSED
    yield (
        "doctype in utf-16",
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><elmo/>'.encode("utf-16"),
        XML_REFUSED | {"text.encoding"},
    )


def _markup():
    root = "<elmo xmlns='https://github.com/emrex-eu/elmo-schemas/tree/v1'>{}</elmo>"
    yield "deep xml", root.format("<a>" * 20_000 + "</a>" * 20_000).encode(), XML_REFUSED
    yield "deeper xml", b"<a>" * 300_000, XML_REFUSED
    yield "cut xml", b"<elmo><report>", XML_REFUSED
    yield "wide xml", root.format("<report/>" * 100_000).encode(), None
    yield (
        "xinclude",
        root.format(
            '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
        ).encode(),
        None,
    )
    yield (
        "xsd include",
        b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:include schemaLocation="http://localhost:1/x"/></xs:schema>',
        {"format.schema"},
    )
    yield "unknown encoding", b'<?xml version="1.0" encoding="x-none"?><elmo/>', XML_REFUSED
    yield (
        "script in svg",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        {"image.no_credential"},
    )
    yield (
        "many attributes",
        ("<elmo " + " ".join(f"a{n}='x'" for n in range(50_000)) + "/>").encode(),
        None,
    )


def _json():
    yield "many brackets", b"[" * 500_000, {"json.too_large"}
    yield "deep json", b"[" * 50_000, {"json.too_deep"}
    yield "deep closed json", b'{"a":' * 50_000 + b"1" + b"}" * 50_000, {"json.too_deep"}
    yield "duplicate key", b'{"credstream": 1, "credstream": 1}', {"json.duplicate_key"}
    yield (
        "long number",
        b'{"credstream": ' + b"9" * MIB + b"}"[:1],
        {"json.number", "size.too_large"},
    )
    yield "infinity", b'{"credstream": Infinity}', {"json.number"}
    yield "huge exponent", b'{"credstream": 1e999}', {"json.number"}
    yield "lone surrogate", b'{"credstream": 1, "id": "\\ud800"}', {"text.invalid"}
    yield (
        "wide json",
        ('{"credstream": 1, "credentials": [' + ",".join(["{}"] * 49_000) + "]}").encode(),
        None,
    )
    yield "no object", b"[1, 2, 3]", {"format.unknown"}


def _tokens():
    yield "jwe bomb", _jwe_bomb, {"jwe.unsupported"}
    yield (
        "jwe as json",
        b'{"protected": "AA", "recipients": [], "ciphertext": "AA"}',
        {"jwe.unsupported"},
    )
    yield "one part", b"eyJhbGciOiJSUzI1NiJ9", {"jws.incomplete"}
    yield (
        "token of a list",
        f"{_part({'alg': 'none'})}.{_part([1])}.AA".encode(),
        {"format.invalid"},
    )
    claims = _part({"vc": {"type": ["VerifiableCredential", "OpenBadgeCredential"]}})
    yield "alg none", f"{_part({'alg': 'none'})}.{claims}.".encode(), {"signature.invalid"}


def _jwe_bomb():
    packed = base64.urlsafe_b64encode(zlib.compress(b"a" * 50 * MIB)).decode().rstrip("=")
    header = _part({"alg": "RSA-OAEP", "enc": "A256GCM", "zip": "DEF"})
    return f"{header}.AA.AA.{packed}.AA".encode()


def _part(content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _pictures():
    size = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 6, 0, 0, 0)
    yield "huge png", PNG + chunk(b"IHDR", size) + chunk(b"IDAT", b""), {"image.no_credential"}
    yield "itxt bomb", partial(_itxt_bomb, size), {"size.too_large"}
    yield (
        "false checksum",
        PNG + chunk(b"iTXt", b"openbadges\0\0\0\0\0{}")[:-1] + b"x",
        {"image.damaged"},
    )
    yield (
        "long chunk",
        PNG + struct.pack(">I4s", 2**32 - 1, b"iTXt") + b"openbadges",
        {"image.damaged"},
    )


def _itxt_bomb(size):
    text = b"openbadges\x00\x01\x00\x00\x00" + zlib.compress(b"{" + b" " * 200 * MIB)
    return PNG + chunk(b"IHDR", size) + chunk(b"iTXt", text)


def _archives():
    yield (
        "zip bomb",
        lambda: _zip({"xl/workbook.xml": b" " * 300 * MIB}),
        {"format.unknown", "roster.too_large", "size.too_large"},
    )
    yield (
        "many entries",
        lambda: _zip({f"xl/{n}": b"" for n in range(5_000)} | {"xl/workbook.xml": b"<a/>"}),
        None,
    )
    yield "zip of no sheet", _zip({"a.txt": b"a"}), {"format.unknown"}
    yield "cut zip", _zip({"xl/workbook.xml": b"<a/>"})[:60], None
    yield "old excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, {"format.unknown"}
    yield "gzip bomb", lambda: zlib.compress(b"a" * 100 * MIB, wbits=31), {"format.unknown"}


def _zip(entries):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()
