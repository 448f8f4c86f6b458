"""What leaves the command line is a sentence and a code, whatever happened behind it."""

import pytest

from credstream.contract.errors import ActionNeeded, Rejected, Unavailable
from credstream.exchange.errors import CommandError, Kind
from credstream.interfaces.cli import main
from credstream.process.settings import SettingsError

DOCTOR = "is the exchange running? `credstream doctor` looks at everything"


def ended(monkeypatch, capsys, failure):
    """The exit code of a command whose work raises, and the one line that it prints."""

    def app():
        raise failure

    monkeypatch.setattr(main, "app", app)
    with pytest.raises(SystemExit) as found:
        main.main()
    (line,) = capsys.readouterr().err.splitlines()
    return found.value.code, line


@pytest.mark.parametrize(
    ("failure", "code", "line"),
    [
        (Unavailable("nothing listens there"), 4, f"nothing listens there; {DOCTOR}"),
        (ActionNeeded("no right to write"), 4, "no right to write"),
        (Rejected("format.unknown", "", "no format"), 3, "format.unknown"),
        (SettingsError("CREDSTREAM_X is wrong"), 78, "CREDSTREAM_X is wrong"),
        (CommandError("misused"), 2, "misused"),
        (CommandError("undone", Kind.UNDONE), 5, "undone"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_failure_ends_with_its_code_and_one_line(monkeypatch, capsys, failure, code, line):
    found, printed = ended(monkeypatch, capsys, failure)
    assert found == code
    assert printed.startswith(f"credstream: {line}")


def test_the_doctor_is_named_only_where_waiting_may_help(monkeypatch, capsys):
    assert "doctor" not in ended(monkeypatch, capsys, ActionNeeded("no right to write"))[1]


def test_a_fault_of_ours_shows_its_traceback(monkeypatch):
    def app():
        raise KeyError("unexpected")

    monkeypatch.setattr(main, "app", app)
    with pytest.raises(KeyError):
        main.main()
