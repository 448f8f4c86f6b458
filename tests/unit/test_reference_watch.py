"""The reference watch goes on looking, whatever is away meanwhile."""

from structlog.testing import capture_logs

from credstream.contract.errors import Unavailable
from credstream.runtime.reference_lag import ReferenceWatch

PLACE = ("reference.providers.v1", 0)


def test_what_is_away_is_told_once_a_look_and_looked_at_again():
    found, read = [Unavailable("away"), {PLACE: 3}, Unavailable("away"), {PLACE: 3}], []

    def lagging():
        each = found.pop(0)
        if isinstance(each, Unavailable):
            raise each
        return each

    watch = ReferenceWatch(
        lagging, lambda topic, number, _turn: read.append((topic, number)), every=0.0
    )
    with capture_logs() as lines:
        watch.run(lambda: not found)
    assert read == [PLACE]
    assert [(each["event"], each["log_level"]) for each in lines] == [
        ("reference check failed", "info"),
        ("reference check failed", "info"),
        ("reference consumer stalled", "warning"),
    ]
