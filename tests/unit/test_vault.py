"""The vault: keys are made once, lie wrapped, and erasure is for good."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.storage import vault as module
from credstream.storage.engine import open_engine, transaction
from credstream.storage.vault import KEYS, METADATA, Erased, Vault
from tests.support import databases

KEK = bytes(range(32))


@pytest.fixture
def made(tmp_path):
    made = open_engine(databases.url(tmp_path, "vault"))
    with transaction(made) as connection:
        METADATA.create_all(connection)
    return made


def test_two_workers_that_meet_a_learner_at_once_agree_on_the_key(made):
    found, start = [], threading.Barrier(2)

    def work():
        start.wait()
        found.append(Vault(made, KEK).make_or_get(map(str, range(40))))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert found[0] == found[1]
    assert len(set(found[0].values())) == 40


@pytest.mark.embedded
def test_no_key_nor_the_kek_lies_in_the_file(made, tmp_path):
    keys = Vault(made, KEK).make_or_get(["a", "b"])
    content = b"".join(path.read_bytes() for path in tmp_path.glob("vault.db*"))
    assert b"keys" in content
    for secret in (*keys.values(), KEK):
        assert secret not in content
        assert secret.hex().encode() not in content


def test_a_key_that_was_moved_to_another_learner_does_not_open(made):
    Vault(made, KEK).make_or_get(["a", "b"])
    with transaction(made) as connection:
        wrapped = connection.execute(sa.select(KEYS.c.wrapped).where(KEYS.c.id == "a")).scalar()
        connection.execute(sa.update(KEYS).where(KEYS.c.id == "b").values(wrapped=wrapped))
    with pytest.raises(Unavailable):
        Vault(made, KEK).get("b")


@pytest.mark.parametrize("cut", [0, 5, 12, 30])
def test_a_damaged_key_is_unavailable_and_not_made_again(made, cut):
    Vault(made, KEK).make_or_get(["a"])
    with transaction(made) as connection:
        wrapped = connection.execute(sa.select(KEYS.c.wrapped)).scalar()
        connection.execute(sa.update(KEYS).values(wrapped=wrapped[:cut]))
    for call in (lambda: Vault(made, KEK).make_or_get(["a"]), lambda: Vault(made, KEK).get("a")):
        with pytest.raises(Unavailable):
            call()


def test_the_wrong_kek_makes_nothing_beside_keys_that_it_cannot_open(made):
    Vault(made, KEK).make_or_get(["a"])
    with pytest.raises(Unavailable, match="key-encryption key"):
        Vault(made, bytes(32)).make_or_get(["a", "new"])
    with transaction(made) as connection:
        assert connection.execute(sa.select(KEYS.c.id)).scalars().all() == ["a"]


def test_the_wrong_kek_makes_no_keys_for_new_learners_either(made):
    Vault(made, KEK).make_or_get(["a"])
    with pytest.raises(Unavailable):
        Vault(made, bytes(32)).make_or_get(["new"])


def test_what_another_worker_erased_is_gone_here_once_the_cache_has_aged(made, monkeypatch):
    now = [50.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    here = Vault(made, KEK)
    here.make_or_get(["a"])
    Vault(made, KEK).erase("a")
    now[0] += timeouts.VAULT_CACHE_SECONDS + 0.1
    assert here.make_or_get(["a"]) == {"a": None}
    with pytest.raises(Erased):
        here.get("a")


def test_erasing_takes_effect_at_once_where_it_was_asked_and_may_be_repeated(made):
    here = Vault(made, KEK)
    here.make_or_get(["a", "b"])
    for _ in range(2):
        here.erase("a")
        with pytest.raises(Erased):
            here.get("a")
    assert here.make_or_get(["a", "b"])["a"] is None
    assert here.get("b")


def test_an_erased_key_is_nowhere_in_the_row(made):
    Vault(made, KEK).make_or_get(["a"])
    Vault(made, KEK).erase("a")
    with transaction(made) as connection:
        assert connection.execute(sa.select(KEYS)).all() == [("a", None)]


def test_a_learner_that_nobody_made_is_no_key_of_zeros(made):
    with pytest.raises(Unavailable, match="old copy"):
        Vault(made, KEK).get("nobody")
    assert Vault(made, KEK).make_or_get([]) == {}


def test_a_vault_that_is_away_is_unavailable(tmp_path):
    with pytest.raises(Unavailable):
        Vault(open_engine(f"sqlite:///{tmp_path}/no/vault.db"), KEK).make_or_get(["a"])


def test_the_memory_of_keys_is_bounded(made):
    here = Vault(made, KEK)
    here.make_or_get(map(str, range(10_001)))
    here.make_or_get(["one more"])
    assert len(here._cache) == 1
