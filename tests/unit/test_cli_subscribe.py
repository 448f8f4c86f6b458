"""The database's password of `credstream subscribe` is not shown to other users of the machine."""

import subprocess

import pytest

from credstream.interfaces.cli.subscribe import SHOWN_TO_OTHERS
from tests.support.commands import COMMAND

URL = "postgresql://register:hidden@127.0.0.1:1/register"


@pytest.mark.parametrize(
    ("arguments", "variables", "warned"),
    [
        (["--to", URL], {}, True),
        ([f"--to={URL}"], {}, True),
        ([], {"CREDSTREAM_SUBSCRIBE_TO": URL}, False),
        (["--to", URL.replace(":hidden", "")], {"PGPASSWORD": "hidden"}, False),
    ],
)
def test_a_password_in_an_argument_is_warned_of(arguments, variables, warned, tmp_path):
    words = [*COMMAND, "subscribe", "awards", "--dir", str(tmp_path), *arguments]
    environment = variables | {"CREDSTREAM_BROKER": "127.0.0.1:1"}
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as process:
        printed = []
        # Nothing listens at that address: it waits, and has read its arguments by then.
        while "waiting" not in "".join(printed):
            printed.append(process.stderr.readline())
        process.terminate()
    assert any(SHOWN_TO_OTHERS in line for line in printed) == warned
    assert "hidden" not in "".join(printed)
