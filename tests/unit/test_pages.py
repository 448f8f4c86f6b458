"""What the pages of a worker show of its health; none of them waits for anything."""

from __future__ import annotations

import ast
import json
import re
from types import SimpleNamespace

import pytest

from credstream.contract.errors import Unavailable
from credstream.process.error_catalogue import CAUSES
from credstream.runtime import pages
from credstream.runtime.health import Health
from credstream.runtime.progress import Progress, Wait
from tests.support.sources import PRODUCT, python_of

BROKER = Wait("broker", "broker x: nothing listens there; start the broker")
DATABASE = Wait("database", "database y: no answer; start it")
PATIENCE = 60.0
PATHS = ("/livez", "/readyz", "/startupz", "/metrics")


def path(**progress):
    made = Progress(**{"waiting": None} | progress)
    return SimpleNamespace(progress=made, stopped_by=None)


@pytest.fixture
def ask():
    def answer(health, page):
        seen = []
        application = pages.application(health, PATIENCE)
        environ = {"PATH_INFO": page, "REQUEST_METHOD": "GET", "QUERY_STRING": ""}
        body = b"".join(application(environ, lambda status, headers: seen.append(status)))
        text = body.decode()
        return int(seen[0].split()[0]), text if page == "/metrics" else json.loads(text)

    return answer


@pytest.mark.parametrize(
    ("made", "statuses"),
    [
        (lambda: Health("toy"), (200, 503, 503)),
        (lambda: Health("toy", start=Progress(turned=-PATIENCE)), (503, 503, 503)),
        (lambda: Health("toy", start=Progress(waiting=BROKER)), (200, 503, 503)),
        (lambda: Health("toy", paths=(path(),), opened=True), (200, 200, 200)),
        (lambda: Health("toy", paths=(path(waiting=BROKER),), opened=True), (200, 503, 200)),
        (lambda: Health("toy", paths=(path(turned=-PATIENCE),), opened=True), (503, 503, 200)),
    ],
    ids=["first second", "stuck start", "waits at the start", "works", "waits", "stuck"],
)
def test_each_state_has_its_three_answers(ask, made, statuses):
    health = made()
    assert tuple(ask(health, page)[0] for page in PATHS[:3]) == statuses
    assert ask(health, "/metrics")[0] == 200


def test_a_page_that_does_not_exist_names_those_that_do(ask):
    assert ask(Health("toy"), "/health") == (404, {"pages": list(PATHS)})


def test_readiness_has_the_words_of_the_first_wait_and_the_causes_of_all(ask):
    health = Health("toy", paths=(path(waiting=BROKER), path(waiting=DATABASE)), opened=True)
    shown = {"waits_for": BROKER.why, "causes": ["broker", "database"]}
    assert ask(health, "/readyz") == (503, shown)
    health.paths = (path(),)
    assert ask(health, "/readyz") == (200, {"waits_for": None})


def waits(ask, health):
    """The causes whose metric is 1, and those that have one."""
    found = dict(
        re.findall(
            r'credstream_waiting\{cause="(\w+)",stage="toy"\} (\S+)', ask(health, "/metrics")[1]
        )
    )
    return {cause for cause, value in found.items() if float(value)}, set(found)


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_has_a_metric_that_follows_it(ask, cause):
    health = Health("toy")
    health.wait(Unavailable("it is away", cause))
    assert waits(ask, health) == ({cause}, set(CAUSES))
    health.opened = True
    assert waits(ask, health) == (set(), set(CAUSES))


def test_an_outbox_that_waits_shows_in_the_metric_alone(ask):
    health = Health("toy", paths=(path(),), opened=True)
    health.beside = (SimpleNamespace(waiting=Wait("channel", "europass folder: gone")),)
    assert waits(ask, health)[0] == {"channel"}
    assert ask(health, "/readyz")[0] == 200


def test_liveness_says_how_long_ago_the_loop_turned(ask, monkeypatch):
    monkeypatch.setattr(pages, "time", SimpleNamespace(monotonic=lambda: 110.0))
    health = Health("toy", start=Progress(turned=100.0))
    assert ask(health, "/livez")[1]["turned_seconds_ago"] == 10


def test_every_cause_of_the_product_is_one_of_the_list():
    """A literal after the text of an Unavailable, or in a Wait; the rest is passed on."""
    found = {
        (each.path, node.args[place].value)
        for folder in PRODUCT
        for each in python_of(folder)
        for node in ast.walk(each.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        for name, place in (("Unavailable", 1), ("Wait", 0))
        if node.func.id == name and len(node.args) > place
        if isinstance(node.args[place], ast.Constant)
    }
    assert {cause for _path, cause in found} <= set(CAUSES)
    assert {cause for _path, cause in found} | {"broker", "vault"} == set(CAUSES)


def test_a_failure_below_the_runtime_that_is_not_the_brokers_says_whose_it_is():
    """What a database or a registry does must not be shown as the broker's doing."""
    silent = {
        each.path
        for folder in ("credstream/storage", "services")
        for each in python_of(folder)
        for node in ast.walk(each.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id == "Unavailable" and len(node.args) == 1
    }
    assert silent == set()
