"""A person's name in every place of every format, through a whole exchange: who can read it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support import folders, running
from tests.support.canaries import NAME, filled, found_in
from tests.support.fetching import ask
from tests.support.folders import whole_lines
from tests.support.waiting import eventually

GOLDEN = Path(__file__).parents[1] / "golden"
# Of so many places in the largest example of each format, spread over it; one is one submission.
PLACES = 20
FILES = {
    file.parent.parent.name: file
    for file in sorted(
        (*GOLDEN.glob("*/*/input.json"), *GOLDEN.glob("*/*/input.xml")),
        key=lambda file: file.stat().st_size,
    )
}
PROVIDER = {"id": "canary", "kind": "provider", "name": "canary", "country": "DE"}
HEADERS = [("ce_source", NAME.encode()), (NAME, b"x"), ("ce_time", NAME.encode())]


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    base = tmp_path_factory.mktemp("canaries")
    files = {
        f"submissions/canary/{name}-{number:04}{file.suffix}": value
        for name, file in FILES.items()
        for number, value in enumerate(spread(list(filled(file))))
    }
    assert len(files) > 150
    source = folders.source(base / "source", {"providers/canary.json": PROVIDER, **files})
    with running.exchange(base / "exchange", source) as found:
        for number in range(20):
            value = f"{NAME} {number}".encode()
            found.send("canary", value, headers=[("ce_id", b"h-%d" % number), *HEADERS])
        eventually(lambda: [e for e in lines(found, "dlq") if e["headers"].get("ce_id") == "h-19"])
        yield found


def spread(values):
    return values[:: max(1, len(values) // PLACES)]


def lines(exchange, folder):
    return [
        line for file in (exchange.folder / folder).glob("*.jsonl") for line in whole_lines(file)
    ]


def test_no_log_line_has_it(exchange):
    files = list((exchange.folder / "logs").glob("*.jsonl"))
    assert len(files) == 4
    assert [each.name for each in files if found_in(each.read_text("utf-8"))] == []


def test_no_dead_letter_has_it_in_its_headers(exchange):
    letters = lines(exchange, "dlq")
    assert len(letters) > 50
    leaking = [each["headers"] for each in letters if found_in(each["headers"])]
    assert leaking == []


def test_no_receipt_has_it_in_a_path(exchange):
    receipts = lines(exchange, "receipts")
    paths = {reason["path"] for each in receipts for reason in each["reasons"]}
    assert len(paths) > 50
    assert [path for path in paths if found_in(path)] == []


def test_no_metric_no_file_name_and_no_process_has_it(exchange):
    for service in exchange.run_file["services"].values():
        assert not found_in(ask(service["web"], "metrics"))
    assert not found_in([str(path) for path in exchange.folder.rglob("*")])
    listed = subprocess.run(
        ["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True
    )
    assert not found_in(listed.stdout)
