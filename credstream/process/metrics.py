"""Every metric of the product; the values of labels come from closed sets."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

FINE = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
AGES = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400)

# Messages that a stage has handled, by outcome: records, refused or unexpected.
EVENTS = Counter("credstream_events_processed_total", "Messages ended.", ["stage", "outcome"])
# Time from the beginning of a batch to the end of both commits.
STAGE_SECONDS = Histogram(
    "credstream_stage_duration_seconds", "Time of a batch.", ["stage"], buckets=FINE
)
# Time between the broker's time of a message and its commit here, of the oldest message of each
# partition in a batch.
EVENT_AGE = Histogram(
    "credstream_event_age_seconds", "Age of the oldest messages at commit.", ["stage"], buckets=AGES
)
# Messages between our position and the end of a topic; markers of transactions do not count.
LAG_MESSAGES = Gauge("credstream_consumer_lag_messages", "Messages behind.", ["stage", "topic"])
# Age of the newest message handled, while there is lag; 0 without lag.
LAG_SECONDS = Gauge("credstream_consumer_lag_seconds", "Seconds behind.", ["stage", "topic"])
# Dead letters by reason code.
DEAD_LETTERS = Counter("credstream_dlq_messages_total", "Dead letters.", ["stage", "reason"])
# Topics of submissions that are held since the broker does not write the time on them.
UNSTAMPED_TOPICS = Gauge(
    "credstream_unstamped_topics", "Topics held for want of the broker's time.", ["stage"]
)
# Partitions that are not read until an operator decides, by cause: retention, truncated, recreated
# or reset.
HELD_PARTITIONS = Gauge("credstream_held_partitions", "Partitions held.", ["stage", "cause"])
# Receipts whose topic did not exist.
RECEIPTS_DROPPED = Counter("credstream_receipts_dropped_total", "Receipts dropped.", ["stage"])
# Messages in one batch.
BATCH_SIZE = Histogram(
    "credstream_batch_messages",
    "Messages in a batch.",
    ["stage"],
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500),
)
# Time of the SQL transaction of a batch.
SQL_SECONDS = Histogram(
    "credstream_sql_transaction_seconds", "SQL transaction.", ["stage"], buckets=FINE
)
# Time of the Kafka transaction of a batch.
KAFKA_SECONDS = Histogram(
    "credstream_kafka_transaction_seconds", "Kafka transaction.", ["stage"], buckets=FINE
)
# Journal rows whose outputs were published after a crash between the two commits.
REPLAYS = Counter("credstream_journal_replays_total", "Journal rows replayed.", ["stage"])
# Batches that were rolled back because a dependency was away.
RETRIES = Counter("credstream_batches_retried_total", "Batches given back.", ["stage"])
# 1 while a worker waits for a cause: starting, broker, topic, registry, database, vault, call,
# breaker or channel.
WAITING = Gauge("credstream_waiting", "What a worker waits for.", ["stage", "cause"])
# Ends of a process with a message in hand, by what it did with the message.
DEATHS = Counter("credstream_worker_deaths_total", "Deaths with a message.", ["stage", "phase"])
# 1 while the breaker is open: the stage waits for an operator.
BREAKER_OPEN = Gauge("credstream_breaker_open", "Breaker state.", ["stage"])
# Providers whose partitions are slowed because most of what they send is refused.
SLOWED = Gauge("credstream_providers_slowed", "Providers slowed.", ["stage"])
# Age of the oldest source of reference data, seconds; unset until one is loaded.
REFERENCE_AGE = Gauge("credstream_reference_age_seconds", "Oldest reference data.", ["stage"])
# Reference records of the topic that the tables do not have yet.
REFERENCE_BEHIND = Gauge(
    "credstream_reference_behind_messages", "Reference records behind.", ["stage", "topic"]
)
# Credentials that wait in an outbox, by channel.
OUTBOX_WAITING = Gauge("credstream_outbox_waiting", "Outbox rows waiting.", ["channel"])
# Outbox rows with a final state, by channel and outcome: delivered, withheld or failed.
OUTBOX = Counter("credstream_outbox_total", "Outbox rows ended.", ["channel", "outcome"])
