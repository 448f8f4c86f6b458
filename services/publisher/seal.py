"""Seals a credential with an organisation's certificate: a JAdES baseline B-B signature.

ETSI TS 119 182-1 V1.1.1, in the form that Europass reads: JWS JSON serialisation (RFC 7515
section 7.2.1) around the unencoded payload (RFC 7797).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from credstream.contract.errors import Unavailable

_HALF = 32  # bytes of r and of s on P-256 (RFC 7518 section 3.4)
_TEST_DAYS = 730
_TEST_MARK = "TEST SEAL"


@dataclass(frozen=True, slots=True)
class Sealer:
    """A P-256 key and its certificates, the key's own first."""

    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """The organisation that a seal names; Europass overwrites a credential's issuer with it."""

    legal_name: str
    alt_label: str
    country: str
    organisation_id: str


def load(key_pem: bytes, certificate_pem: bytes) -> Sealer:
    """Read a key without password and its chain, leaf first; raises ValueError if unfit."""
    key = load_pem_private_key(key_pem, password=None)
    chain = tuple(x509.load_pem_x509_certificates(certificate_pem))
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("the sealing key is not a P-256 key")  # noqa: TRY004, as the loaders do
    if chain[0].public_key() != key.public_key():
        raise ValueError("the first certificate is not that of the sealing key")
    sealer = Sealer(key, chain)
    owner(sealer)
    return sealer


def seal(payload: str, sealer: Sealer, at_ms: int) -> str:
    """Wrap and sign the JSON text of a credential; the same arguments give the same bytes.

    `at_ms` is the claimed signing time in milliseconds. Raises Unavailable while the certificate
    is not in force: the credential waits for a new one.
    """
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    leaf = sealer.chain[0]
    if not leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc:
        raise Unavailable("the sealing certificate is not in force", "channel")
    protected = _base64url(_compact(_header(sealer, at)).encode())
    # The payload is signed as it is, not in base64url, because `b64` is false (RFC 7797 section 3).
    signature = _base64url(_sign(f"{protected}.{payload}".encode(), sealer.key))
    signatures = [{"protected": protected, "signature": signature}]
    # Europass takes a file for sealed only when `payload` is its first member.
    return _compact({"payload": payload, "signatures": signatures})


def owner(sealer: Sealer) -> Owner:
    """Read the organisation that the seal names; raises ValueError where a part of it is absent."""
    subject = sealer.chain[0].subject
    return Owner(
        legal_name=_part(subject, NameOID.ORGANIZATION_NAME),
        alt_label=_part(subject, NameOID.COMMON_NAME),
        country=_part(subject, NameOID.COUNTRY_NAME),
        organisation_id=_part(subject, NameOID.ORGANIZATION_IDENTIFIER),
    )


def test_certificate(
    organisation: str, country: str, organisation_id: str, not_before_ms: int
) -> tuple[bytes, bytes]:
    """Make a key and a self-signed certificate of two years, as PEM, for anything but real use.

    The organisation's name says so: TEST SEAL is added to it when it is not there.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    marked = organisation if _TEST_MARK in organisation else f"{organisation} ({_TEST_MARK})"
    parts = {
        NameOID.COUNTRY_NAME: country,
        NameOID.ORGANIZATION_NAME: marked,
        NameOID.ORGANIZATION_IDENTIFIER: organisation_id,
        NameOID.COMMON_NAME: _TEST_MARK,
    }
    subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in parts.items()])
    certificate = _self_signed(key, subject, datetime.fromtimestamp(not_before_ms // 1000, UTC))
    key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key_pem, certificate.public_bytes(Encoding.PEM)


def _header(sealer: Sealer, at: datetime) -> Mapping[str, object]:
    # Clauses of ETSI TS 119 182-1; `crit` lists what a reader has to understand (5.1.9).
    leaf = sealer.chain[0]
    chain = [certificate.public_bytes(Encoding.DER) for certificate in sealer.chain]
    return {
        "alg": "ES256",
        "cty": "json",
        "kid": base64.b64encode(_issuer_serial(leaf)).decode(),  # 5.1.4
        "typ": "jose+json",
        "x5t#S256": _base64url(leaf.fingerprint(hashes.SHA256())),  # 5.1.7
        "x5c": [base64.b64encode(der).decode() for der in chain],  # 5.1.8
        "b64": False,
        "sigT": at.strftime("%Y-%m-%dT%H:%M:%SZ"),  # 5.2.1, as Europass writes it
        "crit": ["b64", "sigT"],
    }


def _issuer_serial(certificate: x509.Certificate) -> bytes:
    """Encode IssuerSerial (RFC 5035 section 3): one directory name, and the serial number."""
    names = _der(0x30, _der(0xA4, certificate.issuer.public_bytes()))
    serial = certificate.serial_number
    number = _der(0x02, serial.to_bytes(serial.bit_length() // 8 + 1))
    return _der(0x30, names + number)


def _der(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:  # noqa: PLR2004, the short form of a DER length (X.690 section 8.1.3)
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + body


def _sign(signing_input: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    # Deterministic (RFC 6979): a repeated delivery gives the same bytes.
    scheme = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    r, s = utils.decode_dss_signature(key.sign(signing_input, scheme))
    return r.to_bytes(_HALF) + s.to_bytes(_HALF)


def _compact(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _part(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    attributes = subject.get_attributes_for_oid(oid)
    if not attributes:
        raise ValueError(f"the sealing certificate has no subject attribute {oid.dotted_string}")
    return str(attributes[0].value)


def _self_signed(
    key: ec.EllipticCurvePrivateKey, name: x509.Name, start: datetime
) -> x509.Certificate:
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=_TEST_DAYS))
    public = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    builder = builder.add_extension(_SEALS_ONLY, True).add_extension(public, False)
    return builder.sign(key, hashes.SHA256())


_SEALS_ONLY = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
