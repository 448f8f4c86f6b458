"""Files of every format through the whole exchange: what becomes of each, row by row."""

from __future__ import annotations

import json

import pytest

from tests.support import commands, folders

# On the embedded broker with every commit: what a service decides does not depend on the servers.
pytestmark = [pytest.mark.broker, pytest.mark.long_on_servers]
GOLDEN = commands.ROOT / "tests/golden"
SENT = {
    "ob2": "ob2/edubadge/input.json",
    "ob1": "ob1/half_a_year_old/input.json",
    "clr2": "clr2/parts/input.json",
    "elmo": "elmo/four_courses/input.xml",
    "elm2": "elm2_xml/achievement/input.xml",
    "ooapi": "ooapi5/page/input.json",
    "ctdl": "ctdl/certificate/input.json",
    "credly": "vendor/credly_like/input.json",
    "unaccepted": "vendor/pending/input.json",
    "roster": "roster_csv/own/input.csv",
    "deqar": "roster_csv/deqar/input.csv",
    "sheet": "roster_xlsx/dates/input.xlsx",
}
REGISTRATION = {
    "id": "reader",
    "kind": "provider",
    "name": "School",
    "country": "DE",
    "awarding_bodies": [{"name": {"en": "School of the Test"}, "country": "DE"}],
    "reading": {"dates": "dd.MM.yyyy"},
}
UNIT = {
    "credstream": 1,
    "kind": "definition",
    "id": "U-1",
    "title": {"en": "Rescue"},
    "awarding_bodies": [{"name": "School of the Test"}],
    "learning_outcomes": [{"text": "Finds"}],
}
AWARD = {
    "credstream": 1,
    "kind": "award",
    "definition": {"id": "U-1"},
    "learner": {"id": {"scheme": "national", "value": "TEST-77"}},
}
S45 = {
    "credstream": 1,
    "kind": "award",
    "id": "https://badges.example.org/a/77",
    "title": {"en": "Water sampling"},
    "issued_on": "2026-03-01",
    "learner": {"email": "canaria@example.org"},
    "workload": {"hours": 70},
    "participation": {"mode": "blended"},
    "salary": 31_415_926,
}


def documents():
    second = {"version": "2", "valid_from": "2026-06-01"}
    more = [{"text": "Finds"}, {"text": "Carries"}]
    yield "s09-1.json", UNIT | {"version": "1"}
    yield "s09-2.json", UNIT | second | {"learning_outcomes": more}
    yield "s09-before.json", AWARD | {"id": "B", "issued_on": "2026-05-31"}
    yield "s09-after.json", AWARD | {"id": "A", "issued_on": "2026-06-01"}
    yield "s45-native.json", S45
    yield "s27-apprenticeship.json", S45 | {"id": "S27", "workload": {"hours": "P2Y"}}


def files():
    for name, path in SENT.items():
        yield f"{name}{(GOLDEN / path).suffix}", (GOLDEN / path).read_bytes()
    yield from documents()


INPUTS = {
    "providers/reader.json": REGISTRATION,
    **{f"submissions/reader/{name}": content for name, content in files()},
}


def entry(exchange, name):
    every = folders.summary(exchange.folder)
    return next(e for e in every if e["file"].startswith(f"reader/{name}."))


def codes(found):
    return {reason["code"] for reason in found["reasons"]}


def published(exchange, name):
    return [
        folders.awards(exchange.folder)[key][-1]
        for key in entry(exchange, name)["keys"]
        if key in folders.awards(exchange.folder)
    ]


@pytest.mark.parametrize(
    ("name", "count"),
    [("ob2", 1), ("clr2", 2), ("elmo", 2), ("elm2", 1), ("ooapi", 1), ("credly", 1)],
)
def test_the_awards_of_a_format_are_published(name, count, exchange):
    found = entry(exchange, name)
    assert found["outcome"] == "published", found
    assert len(published(exchange, name)) == count


def test_parts_that_are_no_awards_are_told_while_the_others_go_on(exchange):
    assert {"elmo.failed", "elmo.in_progress"} <= codes(entry(exchange, "elmo"))
    assert {"clr.child_signed", "clr.child_no_award"} <= codes(entry(exchange, "clr2"))
    assert {"ooapi.not_passed", "ooapi.not_expanded"} <= codes(entry(exchange, "ooapi"))


def test_a_row_that_cannot_be_read_leaves_the_others(exchange):
    found = entry(exchange, "roster")
    assert found["outcome"] == "published"
    assert len(published(exchange, "roster")) == 1
    paths = {reason["path"] for reason in found["reasons"]}
    assert "row 4" in paths
    dead = [line for line in folders.lines(exchange.folder, "dlq") if "roster" in json.dumps(line)]
    assert dead


def test_definitions_are_published_and_no_award_is(exchange):
    for name in ("deqar", "ctdl"):
        assert entry(exchange, name)["outcome"] == "published"
        assert published(exchange, name) == []


def test_dates_are_read_by_the_registration(exchange):
    days = {each["issued_on"] for each in published(exchange, "sheet")}
    assert days == {"2026-03-01"}


def test_a_badge_that_is_not_accepted_is_refused(exchange):
    assert codes(entry(exchange, "unaccepted")) == {"vendor.not_accepted"}


def test_s09_an_award_has_the_version_of_its_day(exchange):
    (before,), (after,) = published(exchange, "s09-before"), published(exchange, "s09-after")
    assert len(before["definition"]["learning_outcomes"]) == 1
    assert len(after["definition"]["learning_outcomes"]) == 2


def test_s27_an_apprenticeship_is_out_of_scope_and_no_dead_letter(exchange):
    found = entry(exchange, "s27-apprenticeship")
    assert found["outcome"] == "out_of_scope"
    assert codes(found) == {"scope.apprenticeship"}


def test_s45_two_formats_under_one_id_are_one_award(exchange):
    (first,), (second,) = entry(exchange, "ob2")["keys"], entry(exchange, "s45-native")["keys"]
    assert first == second
    (record,) = published(exchange, "ob2")
    assert record["definition"]["participation"]["modes"]
    assert record["definition"]["level"]["eqf"] == 4


def test_pay_never_reaches_a_public_topic(exchange):
    for path in (exchange.folder / "published").glob("*.jsonl"):
        assert "31415926" not in path.read_text("utf-8")
        assert "salary" not in path.read_text("utf-8")
