"""Makes keys, certificates and seals by hand, good and bad, for the tests of signatures."""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
DAYS = dt.timedelta(days=365)
SIGNED = START + dt.timedelta(days=30)
AT = int(SIGNED.timestamp() * 1000) + 60_000
ISSUER = {
    "legalName": {"en": "Open School", "et": "Avatud Kool"},
    "eIDASIdentifier": {"type": "LegalIdentifier", "notation": "NTREE-17207834"},
}


def base58(raw: bytes) -> str:
    number, text = int.from_bytes(raw), ""
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\x00"))) + text


@dataclass(frozen=True)
class Identity:
    key: object
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def x5c(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()


def identity(
    key,
    by=None,
    *,
    ca=False,
    name="Open School",
    number="NTREE-17207834",
    start=START,
    signs=None,
):
    """Make a certificate, by default self-signed; `signs` is the key usage of an authority."""
    parts = {NameOID.ORGANIZATION_NAME: name, NameOID.ORGANIZATION_IDENTIFIER: number}
    subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in parts.items() if text])
    issuer = by.certificate.subject if by else subject
    serial = x509.random_serial_number()
    builder = x509.CertificateBuilder(
        issuer, subject, key.public_key(), serial, start, start + DAYS
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), True)
    if signs is not None:
        usage = [True, False, False, False, False, signs, False, False, False]
        builder = builder.add_extension(x509.KeyUsage(*usage), True)
    return Identity(key, builder.sign(by.key if by else key, hashes.SHA256()))


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(alg: str, key, signed: bytes) -> bytes:
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384()}.get(alg[-3:], hashes.SHA512())
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        return key.sign(signed, pss if alg.startswith("PS") else padding.PKCS1v15(), digest)
    if alg == "EdDSA":
        return key.sign(signed)
    r, s = utils.decode_dss_signature(key.sign(signed, ec.ECDSA(digest)))
    size = (key.key_size + 7) // 8
    return r.to_bytes(size) + s.to_bytes(size)


EC = identity(ec.generate_private_key(ec.SECP256R1()))
EC384 = identity(ec.generate_private_key(ec.SECP384R1()))
RSA = identity(rsa.generate_private_key(public_exponent=65537, key_size=2048))
STRANGER = identity(ec.generate_private_key(ec.SECP256R1()))
TRUSTED = {"ec": EC.pem, "ec384": EC384.pem, "rsa": RSA.pem}


def header_of(who=EC, alg="ES256", **changes):
    header = {
        "alg": alg,
        "typ": "jose+json",
        "x5t#S256": b64(who.certificate.fingerprint(hashes.SHA256())),
        "x5c": [who.x5c],
        "b64": False,
        "sigT": SIGNED.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "crit": ["b64", "sigT"],
    } | changes
    return {name: value for name, value in header.items() if value is not ...}


def payload_of(issuer=ISSUER) -> str:
    return json.dumps(
        {"type": ["EuropeanDigitalCredential"], "issuer": issuer, "title": "Õpe ⚖"},
        ensure_ascii=False,
    )


def entry(payload: str, header, key=EC.key, alg="ES256"):
    protected = b64(json.dumps(header).encode())
    return {
        "protected": protected,
        "signature": b64(sign(alg, key, f"{protected}.{payload}".encode())),
    }


def sealed(payload=None, header=None, key=EC.key, alg="ES256") -> str:
    payload = payload_of() if payload is None else payload
    signed = entry(payload, header or header_of(), key, alg)
    return json.dumps({"payload": payload, "signatures": [signed]}, ensure_ascii=False)
