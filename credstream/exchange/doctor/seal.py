"""The doctor looks at the key and the certificate of the publisher's seal."""

from __future__ import annotations

from collections.abc import Iterator

from credstream.exchange.doctor.findings import WRONG, Finding, certificate_finding
from credstream.exchange.folder import ExchangeFolder
from credstream.process.settings import Settings
from services.publisher import seal


def checks(settings: Settings, folder: ExchangeFolder) -> Iterator[Finding]:
    """Whether the seal's key fits its certificate, and for how long that is in force."""
    key, certificate = settings.seal_key, settings.seal_certificate
    # The keys of a folder are for its own run: a setting goes before them, as in a worker.
    if not key and (folder.secrets / "seal.pem").exists():
        key = (folder.secrets / "seal.key").read_text("utf-8")
        certificate = (folder.secrets / "seal.pem").read_text("utf-8")
    if not key or not certificate:
        return
    try:
        sealer = seal.load(key.encode(), certificate.encode())
    except ValueError as error:
        do = "correct CREDSTREAM_SEAL_KEY and CREDSTREAM_SEAL_CERTIFICATE"
        yield Finding("seal", WRONG, str(error), do)
        return
    leaf = sealer.chain[0]
    yield certificate_finding(
        "seal", "the seal's certificate", leaf.not_valid_before_utc, leaf.not_valid_after_utc
    )
