"""Keys and ids, all derived from content, so that a replay writes the same bytes."""

from __future__ import annotations

import hashlib
import re
import uuid

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://credstream.eu/keys")
# A provider's own submission id goes into receipts, so it must look like an id.
GIVEN_ID = re.compile(r"[A-Za-z0-9._:/-]{1,100}")


def key(country: str, provider: str, credential_id: str) -> str:
    """The stable, content-free key of a credential: mc:<country>:<uuid>."""
    name = f"{provider}\n{credential_id}"
    return f"mc:{country.lower()}:{uuid.uuid5(NAMESPACE, name)}"


def definition_key(country: str, provider: str, definition_id: str) -> str:
    """The key of a definition; apart from awards, whose ids may be spelt the same.

    The mark stands before the provider, since a credential id may hold any text.
    """
    return key(country, f"definition of\n{provider}", definition_id)


def submission_id(topic: str, value: bytes) -> str:
    """The id of a submission that carries none of its own; same bytes, same id."""
    content = hashlib.sha256(value).hexdigest()
    return str(uuid.uuid5(NAMESPACE, f"submission\n{topic}\n{content}"))


def file_id(file: str, value: bytes) -> str:
    """The id that a file is submitted under; `file` is <provider>/<name>."""
    return str(uuid.uuid5(NAMESPACE, f"file\n{file}\n{digest(value)}"))


def credential_uuid(credential_key: str, version: int) -> str:
    """The uuid of the sealed credential of one version."""
    return str(uuid.uuid5(NAMESPACE, f"edc\n{credential_key}\n{version}"))


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()
