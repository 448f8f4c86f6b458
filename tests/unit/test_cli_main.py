"""What leaves the command line is a sentence and a code, whatever happened behind it."""

import pytest

from credstream.contract.errors import Unavailable
from credstream.interfaces.cli import main


def test_what_is_away_ends_with_4_and_one_line(monkeypatch, capsys):
    def away():
        raise Unavailable("broker 127.0.0.1:9: nobody listens there; start the broker")

    monkeypatch.setattr(main, "app", away)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("credstream: broker 127.0.0.1:9: nobody listens there")
    assert "credstream doctor" in line
