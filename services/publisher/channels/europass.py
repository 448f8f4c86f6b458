"""The Europass outlet: builds, checks and seals the credential, and delivers it to a folder."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.learner_block import decrypt
from credstream.contract.records import Accredited, PublishedAward
from credstream.contract.sealed_files import file_name
from credstream.contract.values import Reason
from credstream.process.settings import Settings, SettingsError, needed
from credstream.storage.vault import Erased, Vault
from services.publisher import seal
from services.publisher.channels.channel import Published, Scope
from services.publisher.elm import build, gate
from services.publisher.seal import Sealer


def open_channel(settings: Settings, vault: Vault) -> Europass:
    """The channel of a worker's settings; raises SettingsError where the seal is unfit."""
    return Europass(Path(settings.europass_dir), _sealer(settings), vault)


@dataclass(slots=True)
class Europass:
    """Writes one file a version; the same version gives the same bytes."""

    folder: Path
    sealer: Sealer
    vault: Vault
    name: str = "europass"
    kinds: frozenset[str] = field(default=frozenset({"award"}))
    scope: Scope = Scope.VERSION

    def lacking(self, source: Accredited) -> tuple[Reason, ...]:
        return gate.unsealable(source)

    def deliver(self, source: Accredited, published: Published) -> str:
        """Seal one version of an award; raises Rejected where the gate withholds it."""
        if not isinstance(published, PublishedAward):
            raise Rejected("edc.no_award", "", "a definition is not sealed")
        document = build.credential(
            source, published, self._learner(source), seal.owner(self.sealer)
        )
        problems = gate.check(document)
        if problems:
            raise Rejected(problems[0].code, problems[0].path, problems[0].detail)
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        sealed = seal.seal(text, self.sealer, published.published_at)
        name = file_name(published.key, published.version)
        self._write(name, sealed.encode())
        return name

    def _learner(self, source: Accredited) -> dict[str, object]:
        if source.record.award is None:
            raise Rejected("edc.no_award", "", "a definition is not sealed")
        learner = source.record.award.learner
        try:
            key = self.vault.get(learner.key_id)
        except Erased as error:
            raise Rejected("learner.erased", "", "the learner was erased") from error
        # The one place in publisher where a person is in plain text, for as long as a document.
        plain: dict[str, object] = orjson.loads(decrypt(learner.block, key))
        return plain

    def _write(self, name: str, content: bytes) -> None:
        """Whole or not at all: a reader never sees half a file, nor does a power cut lose one."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part = self.folder / f".{name}.part"
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self.folder / name)  # noqa: PTH105, the atomic one
            # The outbox row is final soon: by then the name has to be on the disk, too.
            _sync(self.folder)
        except OSError as error:
            raise Unavailable(f"europass folder: {error.strerror}", "channel") from error


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _sealer(settings: Settings) -> Sealer:
    key, certificate = needed(settings, "seal_key"), needed(settings, "seal_certificate")
    try:
        return seal.load(key.encode(), certificate.encode())
    except ValueError as error:
        raise SettingsError(f"CREDSTREAM_SEAL_KEY, CREDSTREAM_SEAL_CERTIFICATE: {error}") from error
