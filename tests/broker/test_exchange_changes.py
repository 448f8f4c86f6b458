"""What changes while the exchange is up: corrections and withdrawn accreditations."""

from __future__ import annotations

import json
import urllib.request

import pytest

from credstream.process.error_catalogue import CAUSES
from tests.support import commands, folders, waiting

pytestmark = pytest.mark.broker
LIST = (commands.EXAMPLES / "accreditations" / "national-list.csv").read_text("utf-8")
WINDOW = commands.EXAMPLES / "submissions" / "cleaning-like" / "01-window-cleaner.json"


def entry(exchange, file):
    return next(each for each in folders.summary(exchange.folder) if each["file"] == file)


def change_of(exchange, key, version):
    """The one change of a version, once it is there."""
    found = [
        each
        for each in folders.lines(exchange.folder, "published")
        if "change" in each and each["key"] == key and each["version"] == version
    ]
    assert len(found) <= 1
    return found[0] if found else None  # it is in its file a little after the version


def test_a_correction_is_version_two_and_is_called_one(exchange):
    document = json.loads(WINDOW.read_text("utf-8")) | {"id": "C-1"}
    exchange.send("cleaning-like", json.dumps(document).encode(), headers=[("ce_id", b"c-1")])
    key = next(r["key"] for r in [exchange.receipt("c-1", "accepted", "cleaning-like")])
    waiting.eventually(lambda: key in folders.awards(exchange.folder))
    document["assessment"]["grade"] = "passed with merit"
    exchange.send("cleaning-like", json.dumps(document).encode(), headers=[("ce_id", b"c-2")])
    versions = waiting.eventually(lambda: _versions(exchange, key, 2))
    assert [each["version"] for each in versions] == [1, 2]
    assert (versions[0]["grade"], versions[1]["grade"]) == (None, "passed with merit")
    change = waiting.eventually(lambda: change_of(exchange, key, 2))
    assert (change["change"], change["cause"], change["previous_version"]) == (
        "corrected",
        "submitted",
        1,
    )


def test_a_withdrawn_accreditation_turns_confirmed_into_not_covered_with_its_cause(
    exchange, tmp_path
):
    file = "cleaning-like/02-basic-cleaning.json"
    key = entry(exchange, file)["keys"][0]
    assert folders.awards(exchange.folder)[key][-1]["judgement"]["outcome"] == "confirmed"
    withdrawn = tmp_path / "withdrawn.csv"
    withdrawn.write_text(
        LIST.replace("2024-07-01;2026-06-30;;", "2024-07-01;2026-06-30;2025-01-01;"), "utf-8"
    )
    assert withdrawn.read_text("utf-8") != LIST
    words = (
        "accreditation",
        "load",
        withdrawn,
        "--name",
        "national-list",
        "--dir",
        exchange.folder,
    )
    done = commands.credstream(*words)
    assert done.returncode == 0, done.stderr
    versions = waiting.eventually(lambda: _versions(exchange, key, 2))
    assert versions[-1]["judgement"]["outcome"] == "not-covered"
    change = waiting.eventually(lambda: change_of(exchange, key, 2))
    assert (change["change"], change["cause"]) == ("rejudged", "accreditation.withdrawn")
    assert change["cause_detail"] == "national-list:DE-GW-1011"
    assert (change["previous_outcome"], change["outcome"]) == ("confirmed", "not-covered")
    known = commands.credstream("accreditation", "list", "--json", "--dir", exchange.folder)
    rows = {each["id"]: each for each in json.loads(known.stdout)}
    assert rows["national-list:DE-GW-1011"]["withdrawn_on"] == "2025-01-01"


def test_a_list_that_is_loaded_again_publishes_nothing(exchange, tmp_path):
    same = tmp_path / "same.csv"
    same.write_text(
        LIST.replace("2024-07-01;2026-06-30;;", "2024-07-01;2026-06-30;2025-01-01;"), "utf-8"
    )
    waiting.eventually(lambda: not unfinished(exchange))
    before = folders.lines(exchange.folder, "published")
    words = ("accreditation", "load", same, "--name", "national-list", "--dir", exchange.folder)
    assert commands.credstream(*words).returncode == 0
    # A change behind it shows that the list has been taken.
    document = json.loads(WINDOW.read_text("utf-8")) | {"id": "C-9"}
    exchange.send("cleaning-like", json.dumps(document).encode(), headers=[("ce_id", b"c-9")])
    key = exchange.receipt("c-9", "accepted", "cleaning-like")["key"]
    waiting.eventually(lambda: key in folders.awards(exchange.folder))
    after = [each for each in folders.lines(exchange.folder, "published") if each["key"] != key]
    assert after == before


def unfinished(exchange):
    """Awards that the withdrawal has not reached, or whose last version has no change yet."""
    last = {key: versions[-1] for key, versions in folders.awards(exchange.folder).items()}
    return [
        key
        for key, record in last.items()
        if (
            record["judgement"]["reason"] not in ("not_covered.withdrawn", "not_covered_by_date")
            and record["judgement"]["accreditation"] == "national-list:DE-GW-1011"
        )
        or not change_of(exchange, key, record["version"])
    ]


def test_providers_are_listed(exchange):
    done = commands.credstream("provider", "list", "--dir", exchange.folder)
    assert done.returncode == 0
    assert "amu-like" in done.stdout


def _versions(exchange, key, count):
    found = folders.awards(exchange.folder).get(key, [])
    return found if len(found) >= count else None


@pytest.mark.parametrize("service", ["ingest", "normalise", "accreditation", "publisher"])
def test_a_service_tells_that_it_is_alive_and_ready_and_what_it_did(exchange, service):
    web = exchange.run_file["services"][service]["web"]
    assert set(json.loads(fetched(f"{web}/livez"))) == {"turned_seconds_ago"}
    for page in ("readyz", "startupz"):
        assert json.loads(fetched(f"{web}/{page}")) == {"waits_for": None}
    told = fetched(f"{web}/metrics")
    waits = [line for line in told.splitlines() if line.startswith("credstream_waiting{")]
    assert len(waits) == len(CAUSES)
    assert all(f'stage="{service}"' in line and line.endswith(" 0.0") for line in waits)
    assert f'credstream_events_processed_total{{outcome="records",stage="{service}"}}' in told
    assert "credstream_sql_transaction_seconds_bucket" in told
    # Lag is measured every two seconds.
    waiting.eventually(lambda: set(_lags(web)) == {0.0})


def test_the_age_of_the_lists_is_a_metric(exchange):
    told = fetched(f"{exchange.run_file['services']['accreditation']['web']}/metrics")
    age = next(
        line for line in told.splitlines() if line.startswith("credstream_reference_age_seconds{")
    )
    assert float(age.split()[-1]) > 0


def _lags(web):
    lines = fetched(f"{web}/metrics").splitlines()
    return [
        float(x.split()[-1]) for x in lines if x.startswith("credstream_consumer_lag_messages{")
    ]


def fetched(url):
    with urllib.request.urlopen(url, timeout=waiting.GIVE_UP_SECONDS) as answer:
        return answer.read().decode()
