"""A certificate authority of the stack's own, and the brokers' certificate, for loopback only."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAYS = dt.timedelta(days=825)


def make(folder: Path) -> None:
    """Write ca.pem and server.pem (key and chain) unless they are there."""
    if (folder / "server.pem").exists():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = _name("credstream test authority")
    root = _builder(name, name, authority.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    signed_root = root.sign(authority, hashes.SHA256())
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    leaf = _builder(_name("localhost"), name, server.public_key()).add_extension(
        x509.SubjectAlternativeName(hosts), critical=False
    )
    (folder / "ca.pem").write_bytes(_pem(signed_root))
    secret = folder / "server.pem"
    secret.touch(mode=0o600)
    key = server.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    secret.write_bytes(key + _pem(leaf.sign(authority, hashes.SHA256())) + _pem(signed_root))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + DAYS)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
