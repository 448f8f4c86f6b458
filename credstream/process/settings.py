"""Settings of a process, read once from `CREDSTREAM_*` variables."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from credstream.process import timeouts

PREFIX = "CREDSTREAM_"
# Stands for a text that could not be read, until that is reported.
UNREADABLE = "(unreadable)"
WORDS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0", ""), False),
}


# What a service needs beside its database.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "normalise": ("vault_url", "kek", "pseudonym_key"),
    "publisher": ("vault_url", "kek", "seal_key", "seal_certificate"),
}
SECRET_KEYS = ("kek", "pseudonym_key")


class SettingsError(Exception):
    """Variables are missing or unreadable; the text names each, and says what to do."""


def _setting(
    default: Any,
    doc: str,
    *,
    secret: bool = False,
    within: tuple[float, float] | None = None,
    one_of: Sequence[str] = (),
) -> Any:
    """A setting that lies between two numbers, both included, or is one of some words."""
    metadata = {"doc": doc, "secret": secret, "within": within, "one_of": one_of}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting; the variable of `batch_size` is CREDSTREAM_BATCH_SIZE.

    Any variable may be given as a file: CREDSTREAM_KEK_FILE holds the path of CREDSTREAM_KEK.
    """

    broker: str = _setting("127.0.0.1:9092", "Kafka bootstrap servers.")
    security_protocol: str = _setting(
        "plaintext",
        "How to reach the broker.",
        one_of=("plaintext", "ssl", "sasl_ssl", "sasl_plaintext"),
    )
    sasl_username: str = _setting("", "User at the broker, with SCRAM-SHA-512.")
    sasl_password: str = _setting("", "Password of that user.", secret=True)
    broker_ca: str = _setting("", "Authority of the broker's certificate, PEM; else the system's.")
    registry_url: str = _setting(
        "", "Schema registry; without one the built-in ids are used.", secret=True
    )
    profile: str = _setting(
        "kafka",
        "Client settings; embedded is for `credstream run`.",
        one_of=("kafka", "embedded"),
    )
    database_url: str = _setting("", "SQLAlchemy URL of the service's own database.", secret=True)
    vault_url: str = _setting("", "SQLAlchemy URL of the vault of learners' keys.", secret=True)
    kek: str = _setting("", "Key-encryption key of the vault, 64 hexadecimal digits.", secret=True)
    pseudonym_key: str = _setting(
        "", "Key of learners' pseudonyms, 64 hexadecimal digits.", secret=True
    )
    seal_key: str = _setting("", "Private key of the seal, PEM, P-256.", secret=True)
    seal_certificate: str = _setting("", "Certificate of the seal, PEM.")
    europass_dir: str = _setting("europass", "Folder that sealed credentials are delivered to.")
    ordinal: int = _setting(
        0, "Number of this worker; its name is <service>-<ordinal>.", within=(0, 99_999)
    )
    web_host: str = _setting("127.0.0.1", "Address of the health pages and of /metrics.")
    web_port: int = _setting(6066, "Port of the health pages and of /metrics.", within=(1, 65_535))
    data_dir: str = _setting(
        "faust-data", "Folder for what must outlive a process: its message in hand, Faust's files."
    )
    batch_size: int = _setting(500, "Most messages in a batch.", within=(1, 10_000))
    # A loop that waits for its batch does not turn, which the watchdog reports after ten seconds.
    batch_seconds: float = _setting(
        timeouts.BATCH_FILL_SECONDS,
        "Longest wait for a batch to fill.",
        within=(0, timeouts.STILL_REPORT_SECONDS / 2),
    )
    hold_seconds: float = _setting(
        timeouts.HOLD_SECONDS,
        "How long messages of an unknown provider are held.",
        within=(0, timeouts.LONGEST_HOLD_SECONDS),
    )
    patience_seconds: float = _setting(
        timeouts.PATIENCE_SECONDS,
        "When a loop without a turn, and an idle transaction of PostgreSQL, are ended.",
        within=(timeouts.LEAST_PATIENCE_SECONDS, timeouts.MOST_PATIENCE_SECONDS),
    )
    migrate: bool = _setting(
        default=False, doc="Whether a worker migrates its database when it starts."
    )
    log_level: str = _setting(
        "INFO",
        "Lowest level of log lines.",
        one_of=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
    )


def load(environ: Mapping[str, str] | None = None, service: str = "") -> Settings:
    """Settings from the environment; raises SettingsError, which tells all faults at once.

    With the name of a service, what it lacks is a fault as well.
    """
    source = os.environ if environ is None else environ
    values, faults = {}, []
    for setting in fields(Settings):
        name = PREFIX + setting.name.upper()
        try:
            text = _text(source, name)
            if text is not None:
                values[setting.name] = _value(name, text, setting)
        except SettingsError as fault:
            faults.append(str(fault))
            # Set, though wrongly: it is not reported as missing too.
            values[setting.name] = setting.default or UNREADABLE
    settings = Settings(**values)
    faults += [what for _name, what in lacking(settings, service)] if service else []
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def lacking(settings: Settings, service: str) -> Iterator[tuple[str, str]]:
    """What a service needs and does not have, or cannot read: each setting with what is wrong."""
    login = ("sasl_username", "sasl_password") if "sasl" in settings.security_protocol else ()
    for name in (*login, "database_url", *NEEDS.get(service, ())):
        try:
            text = needed(settings, name)
            if name in SECRET_KEYS and text != UNREADABLE:
                secret_key(name.upper(), text)
        except SettingsError as fault:
            yield name, str(fault)


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


def _value(name: str, text: str, setting: Field[Any]) -> Any:
    kind: Any = type(setting.default)
    one_of = setting.metadata["one_of"]
    words = WORDS if kind is bool else {word.lower(): word for word in one_of}
    if words:
        word = text.strip().lower()
        if word not in words:
            raise SettingsError(f"{name} must be one of {', '.join(words)}, it is {text!r}")
        return words[word]
    try:
        value = kind(text)
    except ValueError as error:
        raise SettingsError(f"{name} must be {kind.__name__}, it is {text!r}") from error
    if limits := setting.metadata["within"]:
        least, most = limits
        # Compared in this way, no bound lets "nan" pass.
        if not least <= value <= most:
            raise SettingsError(f"{name} must be from {least:g} to {most:g}, it is {text!r}")
    return value
