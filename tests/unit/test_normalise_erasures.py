"""A vault from before an erasure is told, at the start and by name, and erased again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from credstream.contract.errors import Unavailable
from credstream.exchange import learners
from credstream.exchange.doctor import databases as doctor
from credstream.exchange.errors import CommandError
from credstream.interfaces.cli import learners as cli
from credstream.storage import vault as vaults
from credstream.storage.engine import transaction
from services.normalise import erasures
from services.normalise.tables import ERASED
from tests.support.normalise_batches import AWARD_KEY as KEY
from tests.support.normalise_batches import normalise_tables, one_award


@pytest.fixture
def service(monkeypatch):
    with normalise_tables() as made:
        made.settle(one_award())
        monkeypatch.setenv("CREDSTREAM_DATABASE_URL", made.settings.database_url)
        monkeypatch.setenv("CREDSTREAM_VAULT_URL", made.settings.vault_url)
        yield made


def rows(service):
    with transaction(service.databases.vault) as connection:
        return connection.execute(sa.select(vaults.KEYS)).all()


def restore(service, before):
    """Put an old copy in the vault's place."""
    with transaction(service.databases.vault) as connection:
        connection.execute(sa.delete(vaults.KEYS))
        if before:
            connection.execute(sa.insert(vaults.KEYS), [row._asdict() for row in before])


def check(service):
    erasures.check(service.stage.engine, service.vault())


def found(service):
    return list(doctor.erased(service.settings.database_url, service.settings.vault_url))


def test_an_erased_learner_is_erased_in_the_vault_and_in_the_list(service, tmp_path):
    learner = learners.learner_of(KEY, tmp_path)
    assert learner.awards == 1
    learners.erase(learner, tmp_path)
    assert list(service.keys().values()) == [None]
    assert len(service.table(ERASED)) == 1
    check(service)
    assert [each.state for each in found(service)] == ["ok"]


@pytest.mark.parametrize("older", [False, True])
def test_an_old_copy_of_the_vault_is_told_and_erased_again(service, tmp_path, older):
    before = [] if older else rows(service)
    learners.erase(learners.learner_of(KEY, tmp_path), tmp_path)
    restore(service, before)
    with pytest.raises(Unavailable, match="1 erased learners have their keys back"):
        check(service)
    (finding,) = found(service)
    assert (finding.state, "erase-again" in finding.do) == ("wrong", True)
    assert learners.erase_again(tmp_path) == 1
    check(service)
    assert list(service.keys().values()) == [None]


def test_a_crash_between_list_and_vault_is_told(service):
    (key_id,) = service.keys()
    with transaction(service.stage.engine) as connection:
        connection.execute(sa.insert(ERASED), {"learner": key_id, "erased_at": 1})
    with pytest.raises(Unavailable, match="erase-again"):
        check(service)


def test_many_erased_learners_are_compared_page_by_page(service, monkeypatch):
    monkeypatch.setattr(erasures, "PAGE", 7)
    names = [f"{number:03}" for number in range(50)]
    with transaction(service.stage.engine) as connection:
        connection.execute(sa.insert(ERASED), [{"learner": name, "erased_at": 1} for name in names])
    assert [name for page in erasures.pages(service.stage.engine) for name in page] == names
    with pytest.raises(Unavailable, match="50 erased learners"):
        check(service)


def test_an_award_that_is_not_there_is_named(service, tmp_path):
    with pytest.raises(CommandError, match="no award has the key mc:de:none"):
        learners.learner_of("mc:de:none", tmp_path)


def test_the_worker_checks_before_it_reads(service, tmp_path):
    (key_id,) = service.keys()
    with transaction(service.stage.engine) as connection:
        connection.execute(sa.insert(ERASED), {"learner": key_id, "erased_at": 1})
    from services.normalise.app import build  # noqa: PLC0415, its settings are the fixture's

    with pytest.raises(Unavailable, match="erase-again"):
        build(service.settings).check()


def test_a_learner_without_a_row_is_no_erased_one(service):
    (key_id,) = service.keys()
    restore(service, [])
    with pytest.raises(Unavailable, match="old copy"):
        service.vault().get(key_id)


@pytest.mark.parametrize(("typed", "code"), [(KEY, 0), ("something else", 2)])
def test_the_key_of_the_award_is_typed_again(service, tmp_path, monkeypatch, typed, code):
    monkeypatch.setattr(cli.typer, "prompt", lambda _words: typed)
    assert cli.erase(KEY, tmp_path, sure=False, as_json=False) == code
    assert (None in service.keys().values()) is (code == 0)
