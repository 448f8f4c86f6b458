"""The table opens each channel from a worker's settings; Europass gets one sealed file a version."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.learner_block import encrypt
from credstream.contract.sealed_files import file_name
from credstream.process.settings import Settings, SettingsError
from credstream.storage.engine import open_engine, transaction
from credstream.storage.vault import METADATA, Vault
from services.publisher import seal
from services.publisher.channels.channel import Scope
from services.publisher.channels.table import CHANNELS
from services.publisher.step import state_of
from services.publisher.tables import OUTBOX
from tests.support.documents import AT, BARE, PERSON, accredited

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def seals():
    key, certificate = seal.test_certificate("School", "DE", "NTRDE-1", AT - DAY_MS)
    return {"seal_key": key.decode(), "seal_certificate": certificate.decode()}


@pytest.fixture
def vault():
    engine = open_engine("sqlite://")
    with transaction(engine) as connection:
        METADATA.create_all(connection)
    yield Vault(engine, bytes(range(32)))
    engine.dispose()


@pytest.fixture
def channels(tmp_path, seals, vault):
    settings = Settings(europass_dir=str(tmp_path / "europass"), **seals)
    return {each.name: each for each in (opening(settings, vault) for opening in CHANNELS)}


@pytest.fixture
def europass(channels):
    return channels["europass"]


def version(vault, source=None, at=AT):
    """A source and its first version, whose learner block the vault opens."""
    source = source or accredited()
    learner = source.record.award.learner
    key = vault.make_or_get([learner.key_id])[learner.key_id]
    award = replace(
        source.record.award, learner=replace(learner, block=encrypt(orjson.dumps(PERSON), key))
    )
    source = replace(source, record=replace(source.record, award=award))
    return source, replace(state_of(source, at), version=1)


def test_every_channel_of_the_table_has_a_name_of_its_own_and_knows_what_it_wants(channels):
    assert len(channels) == len(CHANNELS)
    for name, channel in channels.items():
        assert 0 < len(name) <= OUTBOX.c.channel.type.length
        assert channel.kinds <= {"award", "definition"}
        assert channel.scope in Scope


def test_a_worker_with_an_unfit_seal_does_not_start(tmp_path, seals, vault):
    other = seal.test_certificate("Other", "DE", "NTRDE-2", AT)[1].decode()
    settings = Settings(europass_dir=str(tmp_path), **seals | {"seal_certificate": other})

    with pytest.raises(SettingsError, match="CREDSTREAM_SEAL_CERTIFICATE"):
        CHANNELS[0](settings, vault)


def test_a_version_becomes_a_sealed_file_and_the_same_bytes_again(europass, vault):
    source, published = version(vault)

    name = europass.deliver(source, published)
    first = (europass.folder / name).read_bytes()

    assert name == file_name(published.key, 1)
    assert json.loads(json.loads(first)["payload"])["issued"] == "2026-05-28T20:26:40Z"
    assert europass.deliver(source, published) == name
    assert [path.read_bytes() for path in europass.folder.iterdir()] == [first]


def test_what_the_gate_finds_withholds_the_file(europass, vault):
    source, published = version(vault, accredited(replace(BARE, workload=None)))

    with pytest.raises(Rejected, match=r"edc\.incomplete at workload"):
        europass.deliver(source, published)
    assert not europass.folder.exists()


def test_an_erased_learner_withholds_the_file(europass, vault):
    source, published = version(vault)
    vault.erase(source.record.award.learner.key_id)

    with pytest.raises(Rejected, match=r"learner\.erased"):
        europass.deliver(source, published)


def test_a_definition_is_not_sealed(europass):
    source = accredited()
    source = replace(source, record=replace(source.record, kind="definition", award=None))

    assert europass.lacking(source) == ()
    with pytest.raises(Rejected, match=r"edc\.no_award"):
        europass.deliver(source, replace(state_of(source, AT), version=1))


def test_a_folder_that_cannot_be_written_is_unavailable(europass, vault):
    europass.folder.parent.joinpath("europass").write_text("a file")

    with pytest.raises(Unavailable, match="europass folder"):
        europass.deliver(*version(vault))


def test_a_certificate_that_is_not_in_force_yet_is_unavailable(europass, vault):
    with pytest.raises(Unavailable, match="not in force"):
        europass.deliver(*version(vault, at=AT - 2 * DAY_MS))


def test_a_file_is_on_the_disk_before_it_has_its_name_and_its_name_before_the_row_ends(
    europass, vault, tmp_path, monkeypatch
):
    steps = []
    fsync, replaced = os.fsync, os.replace
    monkeypatch.setattr(
        os,
        "fsync",
        lambda file: (steps.append(Path(f"/proc/self/fd/{file}").resolve()), fsync(file)),
    )
    monkeypatch.setattr(
        os, "replace", lambda old, new: (steps.append((old, new)), replaced(old, new))
    )
    name = europass.deliver(*version(vault))
    folder = tmp_path / "europass"
    part = folder / f".{name}.part"
    assert steps == [part, (part, folder / name), folder]
