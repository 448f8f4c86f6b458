"""Splits a bundle of the native format into its credentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from credstream.contract.errors import Rejected

MOST_CREDENTIALS = 10_000
# What a bundle says for all is written into each credential: a long text would be multiplied.
LONGEST_SHARED = 100
SHARED = ("provider", "language")


def split_bundle(bundle: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The credentials, each with what the bundle says for all of them; raises Rejected."""
    credentials = bundle["credentials"]
    _check_credentials(credentials)
    shared = {name: bundle[name] for name in SHARED if name in bundle}
    version = {"credstream": bundle.get("credstream")}
    for name, value in {**shared, **version}.items():
        if not isinstance(value, str | int) or len(str(value)) > LONGEST_SHARED:
            raise Rejected("format.invalid", name, f"at most {LONGEST_SHARED} characters")
    # A credential's own provider and language win over the bundle's, the bundle's version over its.
    return ({**shared, **credential, **version} for credential in credentials)


def _check_credentials(credentials: Any) -> None:
    if not isinstance(credentials, list) or not credentials:
        raise Rejected("format.invalid", "credentials", "expected an array of credentials")
    if len(credentials) > MOST_CREDENTIALS:
        raise Rejected("format.too_many", "credentials", f"{len(credentials)} credentials")
    for index, credential in enumerate(credentials):
        if not isinstance(credential, dict):
            raise Rejected("format.invalid", f"credentials[{index}]", "expected an object")
