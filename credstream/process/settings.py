"""Settings of a process, read once from `CREDSTREAM_*` variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from credstream.process import timeouts

PREFIX = "CREDSTREAM_"
WORDS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0", ""), False),
}


class SettingsError(Exception):
    """A variable is missing or unreadable; the text names it and says what to do."""


def _setting(default: Any, doc: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"doc": doc, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting; the variable of `batch_size` is CREDSTREAM_BATCH_SIZE.

    Any variable may be given as a file: CREDSTREAM_KEK_FILE holds the path of CREDSTREAM_KEK.
    """

    broker: str = _setting("127.0.0.1:9092", "Kafka bootstrap servers.")
    security_protocol: str = _setting(
        "plaintext", "How to reach the broker: plaintext, ssl, sasl_ssl or sasl_plaintext."
    )
    sasl_username: str = _setting("", "User at the broker, with SCRAM-SHA-512.")
    sasl_password: str = _setting("", "Password of that user.", secret=True)
    broker_ca: str = _setting("", "Authority of the broker's certificate, PEM; else the system's.")
    registry_url: str = _setting(
        "", "Schema registry; without one the built-in ids are used.", secret=True
    )
    profile: str = _setting("kafka", "Client settings: kafka, or embedded for `credstream run`.")
    database_url: str = _setting("", "SQLAlchemy URL of the service's own database.", secret=True)
    vault_url: str = _setting("", "SQLAlchemy URL of the vault of learners' keys.", secret=True)
    kek: str = _setting("", "Key-encryption key of the vault, 64 hexadecimal digits.", secret=True)
    pseudonym_key: str = _setting(
        "", "Key of learners' pseudonyms, 64 hexadecimal digits.", secret=True
    )
    seal_key: str = _setting("", "Private key of the seal, PEM, P-256.", secret=True)
    seal_certificate: str = _setting("", "Certificate of the seal, PEM.")
    europass_dir: str = _setting("europass", "Folder that sealed credentials are delivered to.")
    ordinal: int = _setting(0, "Number of this worker; its name is <service>-<ordinal>.")
    web_host: str = _setting("127.0.0.1", "Address of /livez, /readyz and /metrics.")
    web_port: int = _setting(6066, "Port of /livez, /readyz and /metrics.")
    data_dir: str = _setting("faust-data", "Folder for Faust's own files.")
    batch_size: int = _setting(500, "Most messages in a batch.")
    batch_seconds: float = _setting(
        timeouts.BATCH_FILL_SECONDS, "Longest wait for a batch to fill."
    )
    hold_seconds: float = _setting(
        timeouts.HOLD_SECONDS, "How long messages of an unknown provider are held."
    )
    patience_seconds: float = _setting(
        timeouts.PATIENCE_SECONDS,
        "When a loop without a turn, and an idle transaction of PostgreSQL, are ended.",
    )
    migrate: bool = _setting(
        default=False, doc="Whether a worker migrates its database when it starts."
    )
    log_level: str = _setting("INFO", "Lowest level of log lines.")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; raises SettingsError."""
    source = os.environ if environ is None else environ
    values = {}
    for setting in fields(Settings):
        name = PREFIX + setting.name.upper()
        text = _text(source, name)
        if text is not None:
            values[setting.name] = _value(name, text, type(setting.default))
    return Settings(**values)


def shown(settings: Settings) -> dict[str, Any]:
    """The settings for display: a secret shows only that it is set."""
    rows = {setting.name: getattr(settings, setting.name) for setting in fields(settings)}
    hidden = {setting.name for setting in fields(settings) if setting.metadata["secret"]}
    return {name: "(set)" if name in hidden and value else value for name, value in rows.items()}


def needed(settings: Settings, name: str) -> str:
    """A setting that has no default; raises SettingsError where it is empty."""
    value: str = getattr(settings, name)
    if not value:
        variable = PREFIX + name.upper()
        raise SettingsError(f"{variable} is not set; it is needed here (or {variable}_FILE)")
    return value


def secret_key(name: str, text: str) -> bytes:
    """A 32-byte key from hexadecimal digits; raises SettingsError naming the variable."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError as error:
        raise SettingsError(f"{PREFIX}{name} is not hexadecimal") from error
    if len(key) != 32:  # noqa: PLR2004, AES-256
        raise SettingsError(f"{PREFIX}{name} needs 64 hexadecimal digits, it has {2 * len(key)}")
    return key


def _text(source: Mapping[str, str], name: str) -> str | None:
    path = source.get(f"{name}_FILE")
    if path is None:
        return source.get(name)
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}_FILE: cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}_FILE: {path} is no text") from error


def _value(name: str, text: str, kind: type) -> Any:
    if kind is bool:
        word = text.strip().lower()
        if word not in WORDS:
            raise SettingsError(f"{name} must be one of {', '.join(WORDS)}, it is {text!r}")
        return WORDS[word]
    try:
        return kind(text)
    except ValueError as error:
        raise SettingsError(f"{name} must be {kind.__name__}, it is {text!r}") from error
