"""`credstream try` as a person sees it: the table, the exit code, and what it loads."""

import subprocess
import sys
from pathlib import Path

import pytest

from credstream.exchange.dry_run.choose import lookups_in
from credstream.exchange.dry_run.pipeline import try_submission
from credstream.interfaces.cli.exit_codes import MISUSE, REJECTED
from tests.support.trying import award, example

AT = 1_795_000_000_000


def test_nothing_in_a_file_reaches_the_terminal_as_a_command(attempt):
    text = attempt(award(title="Red \x1b[31m alert\r[bold]loud[/bold]"), as_json=False).text
    assert "\x1b" not in text
    assert "[bold]loud[/bold]" in text


def test_a_person_reads_verdicts_descriptors_judgement_and_fixes(attempt):
    text = attempt(*example("amu-like/03-pipe-award.json"), as_json=False).text
    for words in (
        "would be published",
        "readable",
        "normalisable",
        "conformant",
        "111 hours",
        "days by the",
        "10 of 11 mandatory descriptors",
        "no EQF level is given",
        "schema.violation",
        "Correct the field.",
    ):
        assert words in text


def command(*arguments):
    script = (
        "import sys\nfrom credstream.interfaces.cli.main import main\ntry:\n    main()\nfinally:\n"
        "    heavy = {'faust', 'sqlalchemy', 'aiohttp', 'confluent_kafka', 'alembic', 'structlog'} & set(sys.modules)\n"
        "    sys.stderr.write(f'loaded: {sorted(heavy)}')\n"
    )
    call = (sys.executable, "-c", script, "try", *map(str, arguments))
    return subprocess.run(call, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("flags", [(), ("--json",)], ids=["shown", "as JSON"])
def test_on_the_shipped_examples_nothing_heavy_is_loaded(tmp_path, flags):
    file, provider = example("festo-like/02-automation-joint.jwt")
    done = command(file, "--provider", provider, "--dir", tmp_path, *flags)
    assert (done.returncode, done.stderr) == (0, "loaded: []")


def test_the_exit_code_tells_a_refusal_from_misuse(tmp_path):
    refused, provider = example("festo-like/05-tampered.jwt")
    assert command(refused, "--provider", provider, "--dir", tmp_path).returncode == REJECTED
    misused = command(tmp_path / "missing", "--dir", tmp_path)
    assert misused.returncode == MISUSE
    assert len(misused.stderr.splitlines()) == 2


def warned(text):
    found = try_submission(text.encode(), lookups_in(Path("nowhere"), "cleaning-like", AT), AT)
    return {each.code for one in found.credentials for each in one.record.account.warnings}


@pytest.mark.parametrize(("second", "expected"), [("TEST-1", True), ("TEST-2", False)])
def test_only_one_learner_can_have_two_awards_alike(second, expected):
    head = "credential_id;title;issued_on;learner_id"
    rows = ("A-1;Soldering;2026-03-01;TEST-1", f"A-2;Soldering;2026-03-01;{second}")
    assert ("award.alike" in warned("\n".join((head, *rows)))) == expected


def test_a_file_with_a_bad_row_says_how_many_go_and_ends_like_a_refusal(attempt):
    name = "river-like/02-field-course.csv"
    seen = attempt(*example(name))
    assert (seen.json["outcome"], seen.json["refused_parts"], seen.code) == (
        "published",
        1,
        REJECTED,
    )
    shown = attempt(*example(name), as_json=False).text
    assert "would be published, but for one part of the file" in shown
