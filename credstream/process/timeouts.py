"""Every period and time-out of the product, with its unit in its name, and how they must compare.

Sizes and retention stay in their tables. Modules read a value when they use it, as
`timeouts.NAME`, so that a test can replace it.
"""

from __future__ import annotations

from typing import NamedTuple

# How long a worker's loop may stand still before its watchdog ends the process, and how long
# PostgreSQL leaves a transaction alone that says nothing. The default of a setting.
PATIENCE_SECONDS = 60.0
# The bounds of that setting: the watchdog looks some times within the least, and after the most
# nobody believes any more that a loop works.
LEAST_PATIENCE_SECONDS = 3.0
MOST_PATIENCE_SECONDS = 3600.0
# How long a batch may take to fill. The default of a setting.
BATCH_FILL_SECONDS = 0.01
# How long messages of an unknown provider are held: its registration may be on its way. The
# default of a setting.
HOLD_SECONDS = 30.0
# What is held is read again each second: a topic that waits for longer is nobody's.
LONGEST_HOLD_SECONDS = 86_400.0

# Kafka notices within a session that a member of a group is gone.
SESSION_MS = 6000
HEARTBEAT_MS = 1500
# The broker aborts a transaction of a worker that does not come back.
TRANSACTION_MS = 10_000
# How often a consumer looks for new topics that match its pattern.
METADATA_REFRESH_MS = 5000
# A full queue pauses the fetcher, by default for a whole second: 4,000 events a second at most.
FETCH_QUEUE_PAUSE_MS = 10
# Ten seconds by default, for which a producer also does not ask who coordinates it now.
LONGEST_RECONNECT_PAUSE_MS = 1000
# How long a producer waits for a batch to fill.
LINGER_MS = 5
# A transaction that begins while the last one's markers are written is refused once.
PRODUCER_RETRY_PAUSE_MS = 10
# How long a producer waits for a topic that is missing; a transaction that touches one costs this.
MISSING_TOPIC_MS = 2000
# How long Faust's consumer waits in a rebalance.
REBALANCE_SECONDS = 10.0

# The mock's rebalances wait for session - 1000 ms (for all of it, if that is not positive): 200 ms
# leave everybody two heartbeats to come back. A killed member is forgotten a session and up to a
# second later, as the mock knows no static members.
EMBEDDED_SESSION_MS = 1200
EMBEDDED_HEARTBEAT_MS = 100
# The mock does not wake a long poll when records arrive.
EMBEDDED_FETCH_WAIT_MS = 20
EMBEDDED_METADATA_REFRESH_MS = 300
# A call that arrives while the mock's thread still empties its wake-up pipe goes unseen for up to a
# second: 91 s for 700 topics without this pause, 0.25 s with it.
EMBEDDED_CALL_PAUSE_SECONDS = 0.0002

# How long a broker that must answer is asked, and one that may be away.
BROKER_ANSWER_SECONDS = 10.0
BROKER_CHECK_SECONDS = 1.0
# One request for metadata, and the wait afterwards for what the client tells of its failure.
METADATA_CALL_SECONDS = 0.5
METADATA_ERROR_SECONDS = 0.1
# The topics that exist are asked for once in this time at most.
TOPICS_CHECK_SECONDS = 1.0
# How often a group that is forming is asked for its assignment.
ASSIGNMENT_CHECK_SECONDS = 0.5
# One poll of a partition that is read to its end.
READ_POLL_SECONDS = 0.1
# What operators do: a controller with a thousand partitions to make is slow.
ADMIN_SECONDS = 30.0
# The controller answers before the brokers show what it did to topics: asked again after this.
ADMIN_CHECK_SECONDS = 0.05
# Whether a group may be used is asked once, at a worker's start.
GROUP_CHECK_SECONDS = 10.0

# A broker that confirms no delivery for so long is away.
DELIVERY_STALL_SECONDS = 15.0
# The same for what follows from a reference record: a whole register may be judged again.
REFERENCE_STALL_SECONDS = 30.0
# The same after topics were made: a slow broker that has just got a thousand partitions
# takes nothing for so long.
NEW_TOPICS_STALL_SECONDS = 60.0
# The back-off of a producer whose queue is full; delivery reports are served meanwhile.
FULL_QUEUE_PAUSE_SECONDS = 0.1

# The first connection of a worker's transactional producer, and the end of its earlier life.
FENCING_CONNECT_SECONDS = 3.0
FENCING_SECONDS = 10.0
# A producer that lost a broker is replaced once in this time at most: a node that is down is
# reported again and again, until the cluster does not name it any more (decision 0020).
PRODUCER_RENEWAL_SECONDS = 10.0

# One request to the schema registry.
REGISTRY_SECONDS = 5.0
# An id that nobody knows is asked for again after this: its schema may come later.
UNKNOWN_SCHEMA_SECONDS = 5.0

# Pauses of whoever waits for something that is away double from the first to the longest.
FIRST_RETRY_PAUSE_SECONDS = 0.05
LONGEST_RETRY_PAUSE_SECONDS = 5.0

# One try of a call of a transaction, which may take its time-out twice, and the time for which it
# is tried.
TRANSACTION_TRY_SECONDS = 5.0
TRANSACTION_PATIENCE_SECONDS = 60.0
# The bounds of that setting: the watchdog looks some times within the least, and after the most
# nobody believes any more that a loop works.
LEAST_PATIENCE_SECONDS = 3.0
MOST_PATIENCE_SECONDS = 3600.0
# How long a client of the pages may say nothing.
PAGE_SECONDS = 5.0
# How often the watchdog looks, and how often Faust's event loop turns while it has nothing to do.
WATCHDOG_CHECK_SECONDS = 1.0
# A loop without a turn for so long is reported; a batch takes less than two seconds.
STILL_REPORT_SECONDS = 10.0
# A call of a transaction that takes longer, although the broker answers, does not come back.
HUNG_CALL_SECONDS = 10.0
# The one deadline of every stop; after it the process ends hard.
STOP_SECONDS = 10.0
# How often a thread that pauses looks whether it has to stop.
STOP_CHECK_SECONDS = 0.2

# A child that reads who sent a message whose handling ended this process before.
SENDER_SECONDS = 20.0

# Held messages and a breaker that is open are looked at again after this.
HELD_CHECK_SECONDS = 1.0
# Pauses of the topic of one provider that sends faults double from the first to the longest.
FIRST_SLOWDOWN_SECONDS = 0.5
LONGEST_SLOWDOWN_SECONDS = 5.0
# How often a data path looks at its breaker and measures its lag.
MAINTENANCE_SECONDS = 2.0
# A worker without a batch for so long is idle: it empties its journal and asks for the broker.
IDLE_SECONDS = 5.0
# Partitions that are held for an operator are compared again after this.
HELD_PARTITION_CHECK_SECONDS = 10.0
# How often a busy worker keeps how far it has read where no message comes.
READ_NOTE_SECONDS = 60.0
# Tables that did not move between two looks are read again beside their agent (decision 0018).
REFERENCE_CHECK_SECONDS = 10.0
# The control agent waits for the data path to open the tables, and after a failure.
REFERENCE_START_SECONDS = 0.05
REFERENCE_RETRY_SECONDS = 1.0
# How often the age of the oldest list is measured.
SOURCE_AGE_SECONDS = 5.0

# By default a server that is there and does not answer is waited for without end.
DATABASE_CONNECT_SECONDS = 5
# How long one statement of a worker may take on PostgreSQL, and how long its answer is waited for
# where the server does not end it. With a shorter patience both are shorter in the same measure.
DATABASE_STATEMENT_SECONDS = 25.0
DATABASE_ANSWER_SECONDS = 30.0
# How long SQLite waits for another process's lock.
DATABASE_LOCK_SECONDS = 5
# For so long an erased learner's key may still be used.
VAULT_CACHE_SECONDS = 5.0

# How often a child looks for its parent where the kernel does not tell it.
PARENT_CHECK_SECONDS = 0.5
# Workers of one folder: the time to stop, and the time after a start in which an end is left alone.
CHILD_STOP_SECONDS = 10.0
CHILD_RESTART_SECONDS = 1.0
# Shorter than HOLD_SECONDS, so that a first look at an unregistered provider ends soon.
LOCAL_HOLD_SECONDS = 3.0
# A run ends after this, whatever has not ended.
RUN_SECONDS = 120.0
# The other services of a run start after the first receipt, or after this.
FIRST_RECEIPT_SECONDS = 3.0
# A run looks for new topics so often: a cluster has more than a thousand partitions to tell of.
RUN_TOPICS_CHECK_SECONDS = 0.5
RUN_POLL_SECONDS = 0.05

# What a provider sent has ended when nothing has come for so long: definitions come beside their
# awards, and what is held may be waiting for a file beside it.
QUIET_SECONDS = 0.5
HELD_QUIET_SECONDS = 2.0
# How long `submit` waits for receipts. The default of an option.
SUBMIT_SECONDS = 60.0
RECEIPT_POLL_SECONDS = 0.1
RECEIPT_RETRY_SECONDS = 0.5
# The first answer of a broker to a program of a provider or register.
SDK_CONNECT_SECONDS = 5.0
# Pauses of a register whose broker or database is away double from the first to the longest; it
# looks whether it has to stop meanwhile.
FIRST_FOLLOW_PAUSE_SECONDS = 0.25
LONGEST_FOLLOW_PAUSE_SECONDS = 16.0
FOLLOW_STOP_CHECK_SECONDS = 0.1
FOLLOW_POLL_SECONDS = 0.2
# How often a terminal shows how far a register is.
PROGRESS_SECONDS = 1.0

# Commands say soon that a broker is away.
COMMAND_CONNECT_SECONDS = 4.0
# All registrations are read by a command.
REGISTRATIONS_SECONDS = 15.0
# The run that hosts the embedded broker makes the topics of a new registration.
EMBEDDED_TOPICS_SECONDS = 10.0
EMBEDDED_TOPICS_CHECK_SECONDS = 0.1
# The doctor has two stages of checks, each of which ends after this whatever hangs.
DOCTOR_STAGE_SECONDS = 6.0
DOCTOR_BROKER_SECONDS = 4.0
DOCTOR_CONNECT_SECONDS = 1.5

# Between two looks at an outbox without a row that is due.
OUTBOX_IDLE_SECONDS = 0.2
# For so long a delivery belongs to the worker that began it; after that another one makes it.
OUTBOX_LEASE_SECONDS = 60.0
# What one delivery may last: a channel gives its clients time-outs that end it before.
DELIVERY_SECONDS = 20.0
# A delivery that could not be made is tried again after pauses that grow from the first to the
# longest.
FIRST_DELIVERY_PAUSE_SECONDS = 1.0
LONGEST_DELIVERY_PAUSE_SECONDS = 60.0


class Order(NamedTuple):
    """`times` the smaller must not be longer than the larger, because of `why`."""

    smaller: str
    larger: str
    why: str
    times: int = 1


ORDERS = (
    Order("HEARTBEAT_MS", "SESSION_MS", "a lost heartbeat does not end a membership", 3),
    Order("EMBEDDED_HEARTBEAT_MS", "EMBEDDED_SESSION_MS", "as SESSION_MS", 3),
    Order("SESSION_MS", "TRANSACTION_MS", "a successor begins before the broker aborts"),
    Order("TRANSACTION_TRY_SECONDS", "HUNG_CALL_SECONDS", "a try takes its time-out twice", 2),
    Order("TRANSACTION_TRY_SECONDS", "TRANSACTION_PATIENCE_SECONDS", "it is tried again", 2),
    Order("TRANSACTION_PATIENCE_SECONDS", "PATIENCE_SECONDS", "the call ends before the process"),
    Order("HUNG_CALL_SECONDS", "PATIENCE_SECONDS", "a call that hangs is noticed by itself"),
    Order("STILL_REPORT_SECONDS", "PATIENCE_SECONDS", "it is reported before the process ends", 2),
    Order("WATCHDOG_CHECK_SECONDS", "STILL_REPORT_SECONDS", "the watchdog sees it in time"),
    Order("WATCHDOG_CHECK_SECONDS", "LEAST_PATIENCE_SECONDS", "as STILL_REPORT_SECONDS", 3),
    Order("LEAST_PATIENCE_SECONDS", "PATIENCE_SECONDS", "the default is within its bounds"),
    Order("PATIENCE_SECONDS", "MOST_PATIENCE_SECONDS", "the default is within its bounds"),
    Order("HOLD_SECONDS", "LONGEST_HOLD_SECONDS", "the default is within its bounds"),
    Order("BROKER_ANSWER_SECONDS", "PATIENCE_SECONDS", "a loop that waits for an answer turns"),
    Order("ADMIN_SECONDS", "PATIENCE_SECONDS", "as BROKER_ANSWER_SECONDS"),
    Order("GROUP_CHECK_SECONDS", "PATIENCE_SECONDS", "as BROKER_ANSWER_SECONDS", 2),
    Order("FENCING_SECONDS", "PATIENCE_SECONDS", "as BROKER_ANSWER_SECONDS"),
    Order("FENCING_CONNECT_SECONDS", "FENCING_SECONDS", "the broker is found before it is asked"),
    Order("REGISTRY_SECONDS", "PATIENCE_SECONDS", "as BROKER_ANSWER_SECONDS"),
    Order("DATABASE_LOCK_SECONDS", "PATIENCE_SECONDS", "as BROKER_ANSWER_SECONDS"),
    Order("DATABASE_CONNECT_SECONDS", "PATIENCE_SECONDS", "as BROKER_ANSWER_SECONDS"),
    Order("DATABASE_STATEMENT_SECONDS", "DATABASE_ANSWER_SECONDS", "the server ends it first"),
    Order("DATABASE_ANSWER_SECONDS", "PATIENCE_SECONDS", "then there is time to connect", 2),
    Order("REFERENCE_STALL_SECONDS", "PATIENCE_SECONDS", "as BROKER_ANSWER_SECONDS"),
    Order("SENDER_SECONDS", "PATIENCE_SECONDS", "as BROKER_ANSWER_SECONDS", 2),
    Order("LONGEST_RETRY_PAUSE_SECONDS", "STOP_SECONDS", "a pause does not outlast a stop"),
    Order("LONGEST_SLOWDOWN_SECONDS", "STOP_SECONDS", "as LONGEST_RETRY_PAUSE_SECONDS"),
    Order("FIRST_RETRY_PAUSE_SECONDS", "LONGEST_RETRY_PAUSE_SECONDS", "pauses grow"),
    Order("FIRST_SLOWDOWN_SECONDS", "LONGEST_SLOWDOWN_SECONDS", "pauses grow"),
    Order("FIRST_FOLLOW_PAUSE_SECONDS", "LONGEST_FOLLOW_PAUSE_SECONDS", "pauses grow"),
    Order("FOLLOW_STOP_CHECK_SECONDS", "FIRST_FOLLOW_PAUSE_SECONDS", "a stop ends a pause"),
    Order("STOP_CHECK_SECONDS", "STOP_SECONDS", "a thread sees the stop in time", 2),
    Order("STOP_SECONDS", "CHILD_STOP_SECONDS", "a worker ends itself before it is killed"),
    Order("HELD_CHECK_SECONDS", "LOCAL_HOLD_SECONDS", "what is held is looked at meanwhile"),
    Order("LOCAL_HOLD_SECONDS", "HOLD_SECONDS", "a first look ends soon"),
    Order("REFERENCE_CHECK_SECONDS", "HOLD_SECONDS", "two looks come before a refusal", 2),
    Order("METADATA_REFRESH_MS", "HOLD_SECONDS", "a new provider's topic is seen in time"),
    Order("MAINTENANCE_SECONDS", "IDLE_SECONDS", "an idle worker is noticed"),
    Order("METADATA_CALL_SECONDS", "BROKER_CHECK_SECONDS", "a check has time for an answer"),
    Order("BROKER_CHECK_SECONDS", "HUNG_CALL_SECONDS", "the watchdog asks within a call"),
    Order("READ_POLL_SECONDS", "REGISTRATIONS_SECONDS", "reading has many turns", 10),
    Order("DELIVERY_STALL_SECONDS", "REFERENCE_STALL_SECONDS", "more messages take longer"),
    Order("REFERENCE_STALL_SECONDS", "NEW_TOPICS_STALL_SECONDS", "as DELIVERY_STALL_SECONDS"),
    Order("RECEIPT_POLL_SECONDS", "QUIET_SECONDS", "quiet is more than one poll", 2),
    Order("QUIET_SECONDS", "HELD_QUIET_SECONDS", "what is held waits for others"),
    Order("HELD_QUIET_SECONDS", "SUBMIT_SECONDS", "quiet can come in time"),
    Order("FIRST_RECEIPT_SECONDS", "RUN_SECONDS", "every service starts in a run"),
    Order("DOCTOR_CONNECT_SECONDS", "DOCTOR_BROKER_SECONDS", "a closed port is reported in time"),
    Order("DOCTOR_BROKER_SECONDS", "DOCTOR_STAGE_SECONDS", "the broker's own words are shown"),
    Order("REGISTRY_SECONDS", "DOCTOR_STAGE_SECONDS", "as DOCTOR_BROKER_SECONDS"),
    Order("DATABASE_CONNECT_SECONDS", "DOCTOR_STAGE_SECONDS", "as DOCTOR_BROKER_SECONDS"),
    Order("OUTBOX_IDLE_SECONDS", "STOP_SECONDS", "as LONGEST_RETRY_PAUSE_SECONDS"),
    Order("DELIVERY_SECONDS", "OUTBOX_LEASE_SECONDS", "two workers never make one delivery", 2),
    Order("DATABASE_CONNECT_SECONDS", "DELIVERY_SECONDS", "a channel may ask the vault", 2),
    Order("DATABASE_LOCK_SECONDS", "DELIVERY_SECONDS", "as DATABASE_CONNECT_SECONDS", 2),
    Order("FIRST_DELIVERY_PAUSE_SECONDS", "LONGEST_DELIVERY_PAUSE_SECONDS", "pauses grow"),
)
