"""The reference watch goes on checking, whatever is away meanwhile."""

from structlog.testing import capture_logs

from credstream.contract.errors import Unavailable
from credstream.runtime.reference_lag import ReferenceWatch

PARTITION = ("reference.providers.v1", 0)


def test_what_is_away_is_logged_once_a_check_and_checked_again():
    answers, read = [Unavailable("away"), {PARTITION: 3}, Unavailable("away"), {PARTITION: 3}], []

    def lagging():
        answer = answers.pop(0)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    watch = ReferenceWatch(
        lagging, lambda topic, number, _turn: read.append((topic, number)), every=0.0
    )
    with capture_logs() as lines:
        watch.run(lambda: not answers)
    assert read == [PARTITION]
    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("reference check failed", "info"),
        ("reference check failed", "info"),
        ("reference consumer stalled", "warning"),
    ]
