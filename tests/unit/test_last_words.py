"""Why a Kafka node ended, as its log tells it."""

from deploy.kafka.brokers import FULL, last_words

STARTED = "2026-11-29 05:40:00,000 INFO [KafkaRaftServer nodeId=1] Kafka Server started (x)"
DISK = "2026-11-29 05:49:56,601 ERROR Shutdown broker because all log dirs in /a have failed (x)"
AFTER = "2026-11-29 05:49:56,672 ERROR Exception while deleting Log(dir=/a/b-delete) (x)"


def words(tmp_path, *lines):
    log = tmp_path / "kafka-1.log"
    log.write_text("\n".join(lines))
    return last_words(log)


def test_a_full_disk_is_told_whatever_fails_after_it(tmp_path):
    assert words(tmp_path, STARTED, AFTER, DISK, AFTER) == f"{DISK}; {FULL}"


def test_otherwise_the_last_error_since_the_start_is_told(tmp_path):
    assert words(tmp_path, DISK, STARTED, AFTER, "at x.y(z)") == AFTER
    assert words(tmp_path, DISK, AFTER, STARTED) == ""
    assert last_words(tmp_path / "none") == ""
