"""An operator looks at who is one person, and takes a link back."""

from __future__ import annotations

import json

import pytest

from tests.support import commands, folders, running
from tests.support.folders import whole_lines
from tests.support.waiting import eventually

ADDRESS = {"scheme": "email", "value": "canaria@example.org"}
NATIONAL = {"scheme": "national", "value": "120490-1234"}


def award(name, *identifiers):
    return json.dumps(
        {
            "credstream": 1, "kind": "award", "id": name, "title": "A course", "issued_on": "2026-03-06",
            "awarding_bodies": [{"name": "A school", "country": "DE"}], "learner": {"id": identifiers},
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    base = tmp_path_factory.mktemp("links")
    files = {
        "providers/joiner.json": {
            "id": "joiner", "kind": "provider", "name": "joiner", "country": "DE"
        },
        "submissions/joiner/1.json": award("by-address", ADDRESS),
        "submissions/joiner/2.json": award("by-both", NATIONAL, ADDRESS),
    }  # fmt: skip
    with running.exchange(base / "exchange", folders.source(base / "source", files)) as found:
        yield found


def pseudonyms(exchange):
    """The pseudonym of each award as it was published last."""
    lines = whole_lines(exchange.folder / "published/published.awards.de.v1.jsonl")
    return {line["key"]: line["pseudonym"] for line in lines}


def cli(exchange, *words):
    return commands.credstream("learner", *words, "--dir", str(exchange.folder))


def test_a_link_is_listed_without_a_person_and_taken_back(exchange):
    assert eventually(lambda: len(set(pseudonyms(exchange).values())) == 1)
    listed = cli(exchange, "links", "--json")
    (link,) = json.loads(listed.stdout)
    assert (link["provider"], link["trusted"], link["taken_back"]) == ("joiner", False, False)
    assert "canaria" not in listed.stdout
    assert json.loads(cli(exchange, "links", "--inherited", "--json").stdout) == []

    unlinked = cli(
        exchange, "unlink", link["identifier"][:12], link["target"][:12], "--provider", "joiner"
    )
    assert unlinked.returncode == 0, unlinked.stderr
    assert "no longer leads to" in unlinked.stdout
    assert eventually(lambda: len(set(pseudonyms(exchange).values())) == 2)
    # Where the broker went away behind the first one, it is repeated.
    again = cli(exchange, "unlink", link["identifier"][:12], link["target"][:12], "--provider", "joiner")  # fmt: skip
    assert again.returncode == 0, again.stderr
    stranger = cli(exchange, "unlink", link["identifier"][:12], link["target"][:12], "--provider", "other")  # fmt: skip
    assert "no such link" in stranger.stderr


def test_the_links_of_an_award_are_found_by_its_key(exchange):
    for key in pseudonyms(exchange):
        assert len(json.loads(cli(exchange, "links", "--award", key, "--json").stdout)) == 1
    unknown = cli(exchange, "links", "--award", "mc:de:none")
    assert unknown.returncode != 0
    assert "no award has the key" in unknown.stderr


def test_too_few_letters_are_refused(exchange):
    short = cli(exchange, "unlink", "ab", "cd", "--provider", "joiner")
    assert short.returncode != 0
    assert "letters" in short.stderr
