"""Keys and ids; all are derived from content, so that a replay writes the same bytes."""

from __future__ import annotations

import hashlib
import re
import uuid

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://credstream.eu/keys")
# The form of a provider's own submission id. It is written into receipts, so it is no free text.
GIVEN_ID = re.compile(r"[A-Za-z0-9._:/-]{1,100}")


def key(country: str, provider: str, credential_id: str) -> str:
    """The key of a credential, `mc:<country>:<uuid>`: stable, and nothing of its content shows."""
    name = f"{provider}\n{credential_id}"
    return f"mc:{country.lower()}:{uuid.uuid5(NAMESPACE, name)}"


def definition_key(country: str, provider: str, definition_id: str) -> str:
    """The key of a definition; different from that of an award with the same id."""
    # Before the provider's id, which cannot contain it; a credential id may hold any text.
    return key(country, f"definition of\n{provider}", definition_id)


def submission_id(topic: str, value: bytes) -> str:
    """The id of a submission that has none of its own: the same bytes get the same id."""
    content = hashlib.sha256(value).hexdigest()
    return str(uuid.uuid5(NAMESPACE, f"submission\n{topic}\n{content}"))


def file_id(file: str, value: bytes) -> str:
    """The submission id of a file; `file` is <provider>/<name>."""
    return str(uuid.uuid5(NAMESPACE, f"file\n{file}\n{digest(value)}"))


def credential_uuid(credential_key: str, version: int) -> str:
    """The uuid of the credential that is sealed for one version of a key."""
    return str(uuid.uuid5(NAMESPACE, f"edc\n{credential_key}\n{version}"))


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()
