"""What a provider may do on a real cluster, and forty things that it may not."""

import contextlib
import itertools
import json
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from credstream.contract import rights, topics
from credstream.contract.codec import Codec
from credstream.contract.errors import ActionNeeded
from credstream.exchange import lists
from credstream.exchange.files import list_file
from credstream.exchange.local.examples import EXAMPLES, list_files
from credstream.kafka import quotas
from credstream.kafka.admin import Admin
from credstream.kafka.cluster import Cluster
from credstream.kafka.sender import Sender
from credstream.kafka.users import Users
from deploy.kafka import certificates
from tests.support import commands, stacks, waiting

pytestmark = pytest.mark.real

# One id is the beginning of the other: a right on a prefix would let it in.
ACME, OTHER = "acme", "acme2"
PASSWORD = "correct-horse"
REFUSED = {
    "TOPIC_AUTHORIZATION_FAILED",
    "GROUP_AUTHORIZATION_FAILED",
    "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
    "CLUSTER_AUTHORIZATION_FAILED",
}


@pytest.fixture(scope="module")
def users():
    cluster = Cluster(stacks.stack().bootstrap())
    admin, made = Admin(cluster), Users(cluster)
    admin.create([name for name, _ in topics.fixed_topics(("DE",))], 1)
    for name in (ACME, OTHER):
        admin.create(topics.provider_topics("provider", name), 1)
        made.set_password(rights.user_of_provider(name), PASSWORD)
        made.set_rights(rights.user_of_provider(name), rights.provider_rights("provider", name))
    made.set_password(rights.user_of_service("normalise"), PASSWORD)
    made.set_rights(rights.user_of_service("normalise"), rights.service_rights("normalise"))
    return made


def who(user, password=PASSWORD, **more):
    layout = stacks.stack()
    authority = Path(layout.addresses()["ca"]).read_text("utf-8")
    return {
        "bootstrap.servers": layout.bootstrap(94),
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": user,
        "sasl.password": password,
        "ssl.ca.pem": authority,
        "log_level": 0,
        "message.timeout.ms": 8000,
    } | {name.replace("_", "."): value for name, value in more.items()}


def write(config, topic):
    """None where the broker took it, else its word."""
    told = []
    producer = Producer(config)
    try:
        producer.produce(topic, b"x", on_delivery=lambda error, _m: told.append(error))
        producer.flush(15)
    except KafkaException as error:
        return error.args[0].name()
    return told[0].name() if told and told[0] else None


def read(config, topic, group):
    """None where the broker lets it read, else its word."""
    config = {k: v for k, v in config.items() if k != "message.timeout.ms"}
    with Consumer({**config, "group.id": group, "auto.offset.reset": "earliest"}) as consumer:
        consumer.subscribe([topic])
        quiet = polls = 0
        while quiet < 10 and polls < 600:
            for message in consumer.consume(1, 0.2):
                return message.error() and message.error().name()
            polls += 1
            quiet += bool(consumer.assignment())
    return None


def transact(config, name):
    config = {k: v for k, v in config.items() if k != "message.timeout.ms"}
    producer = Producer({**config, "transactional.id": name})
    try:
        producer.init_transactions(10)
    except KafkaException as error:
        return error.args[0].name()
    return None


def administer(config, call):
    client = AdminClient({k: v for k, v in config.items() if k != "message.timeout.ms"})
    try:
        for future in call(client).values():
            future.result(10)
    except KafkaException as error:
        return error.args[0].name()
    return None


INTERNAL = (topics.RECEIVED, topics.NORMALISED, topics.ACCREDITED, topics.PROVIDERS)
PUBLISHED = (topics.DEFINITIONS, topics.CHANGES, topics.awards("DE"))
OWN, ITS = topics.submissions("provider", ACME), topics.submissions("provider", OTHER)
GROUP = rights.user_of_provider(ACME)
ATTEMPTS = [
    *[("write", name) for name in (ITS, topics.receipts(ACME), topics.receipts(OTHER))],
    *[("write", topics.submissions(kind, OTHER)) for kind in ("certifier", "consortium")],
    *[("write", topics.dlq(name)) for name in (OWN, ITS)],
    ("write", topics.UNKNOWN_DLQ),
    *[("write", name) for name in (*INTERNAL, *PUBLISHED)],
    *[("write", topics.again(name)) for name in ("normalise", "accreditation", "publisher")],
    *[("read", name) for name in (OWN, ITS, topics.receipts(OTHER), topics.dlq(OWN))],
    *[("read", name) for name in (*INTERNAL, *PUBLISHED)],
    *[("group", name) for name in ("ingest", f"{GROUP}2", f"{GROUP}2.x", "provider", "x")],
    *[("transact", f"{name}-0") for name in topics.SERVICES],
    ("transact", f"{GROUP}-0"),
    ("admin", "create"),
    ("admin", "delete"),
]


def test_there_are_forty_attempts():
    assert len(ATTEMPTS) >= 40
    assert len(set(ATTEMPTS)) == len(ATTEMPTS)


@pytest.mark.parametrize(("what", "name"), ATTEMPTS, ids=str)
def test_a_provider_is_refused_by_the_broker(users, what, name):
    me = who(rights.user_of_provider(ACME))
    word = {
        "write": lambda: write(me, name),
        "read": lambda: read(me, name, GROUP),
        "group": lambda: read(me, topics.receipts(ACME), name),
        "transact": lambda: transact(me, name),
        "admin": lambda: administer(me, CALLS[name]),
    }[what]()
    assert word in REFUSED


CALLS = {
    "create": lambda client: client.create_topics([NewTopic("submissions.provider.acme3", 1)]),
    "delete": lambda client: client.delete_topics([OWN]),
}


def test_a_provider_may_write_its_submissions_and_read_its_receipts(users):
    me = who(rights.user_of_provider(ACME))
    assert write(me, OWN) is None
    assert write({"bootstrap.servers": stacks.stack().bootstrap()}, topics.receipts(ACME)) is None
    for group in (GROUP, f"{GROUP}.second-reader"):
        assert read(me, topics.receipts(ACME), group) is None


def test_a_service_may_do_what_the_table_says_and_no_more(users):
    me = who(rights.user_of_service("normalise"))
    assert write(me, topics.NORMALISED) is None
    assert transact(me, "normalise-7") is None
    assert write(me, topics.RECEIVED) in REFUSED
    assert write(me, topics.ACCREDITED) in REFUSED
    assert read(me, OWN, "normalise") in REFUSED
    assert transact(me, "publisher-0") in REFUSED


def errors_of(config):
    """The client's errors while it cannot get in; nothing where it can."""
    errors = set()
    plain = {k: v for k, v in config.items() if k != "message.timeout.ms"}
    client = Producer({**plain, "error_cb": lambda error: errors.add(error.name())})

    def ended():
        with contextlib.suppress(KafkaException):
            client.list_topics(timeout=1)
            return True
        client.poll(1)
        return errors

    waiting.eventually(ended)
    return errors


def test_nobody_gets_in_without_password_certificate_or_encryption(users, tmp_path):
    user = rights.user_of_provider(ACME)
    assert errors_of(who(user)) == set()
    assert "_AUTHENTICATION" in errors_of(who(user, "wrong"))
    assert "_AUTHENTICATION" in errors_of(who("provider.nobody"))
    certificates.make(tmp_path / "other")
    stranger = (tmp_path / "other" / "ca.pem").read_text("utf-8")
    assert "_SSL" in errors_of({**who(user), "ssl.ca.pem": stranger})
    for protocol in ("plaintext", "sasl_plaintext"):
        plain = {**who(user), "security.protocol": protocol}
        assert errors_of({k: v for k, v in plain.items() if k != "ssl.ca.pem"})
    assert errors_of({**who(user), "bootstrap.servers": stacks.stack().bootstrap()})


def test_an_open_connection_of_a_suspended_provider_is_refused(users):
    """The right to write goes at once; the reading of receipts stays."""
    user = rights.user_of_provider(OTHER)
    producer, told = Producer(who(user)), []

    def attempt():
        with contextlib.suppress(KafkaException):
            producer.produce(ITS, b"x", on_delivery=lambda error, _m: told.append(error))
        producer.flush(10)
        return told[-1] is not None

    assert not attempt()
    users.set_rights(user, rights.provider_rights("provider", OTHER, suspended=True))
    waiting.eventually(attempt)
    assert told[-1].name() == "TOPIC_AUTHORIZATION_FAILED"
    users.set_rights(user, rights.provider_rights("provider", OTHER))
    assert write(who(user), ITS) is None


def test_the_table_of_rights_is_what_the_broker_holds_after_a_change(users):
    """What was given too much is taken away again."""
    user = rights.user_of_provider(ACME)
    wide = (*rights.provider_rights("provider", ACME), rights.Right("topic", ITS, "write"))
    users.set_rights(user, wide)
    assert write(who(user), ITS) is None
    users.set_rights(user, rights.provider_rights("provider", ACME))
    waiting.eventually(lambda: write(who(user), ITS) in REFUSED)


def test_a_provider_above_its_quota_is_slowed_and_others_are_not(users):
    cluster = Cluster(stacks.stack().bootstrap())
    user = rights.user_of_provider(ACME)
    quotas.set_quotas(cluster, user, {quotas.PRODUCER: 200_000, quotas.CONSUMER: 200_000})

    def slowed(name, topic):
        """The times that the broker told this producer to wait."""
        told = []
        producer = Producer({**who(name, message_timeout_ms=60000), "throttle_cb": told.append})
        for _ in range(200):  # the broker looks at eleven seconds: less than that passes at once
            producer.produce(topic, b"x" * 20_000)
        assert producer.flush(60) == 0
        return [event.throttle_time for event in told if event.throttle_time]

    slow, free = slowed(user, OWN), slowed(rights.user_of_provider(OTHER), ITS)
    rate = rights.PRODUCER_BYTES_PER_SECOND
    quotas.set_quotas(cluster, user, {quotas.PRODUCER: rate})
    assert slow
    assert not free


def test_a_list_that_its_publisher_has_no_right_to_is_not_published(users):
    security = {name: value for name, value in who(GROUP).items() if name.startswith("s")}
    sender = Sender(Cluster(stacks.stack().bootstrap(94), "kafka", security))
    path = list_files(EXAMPLES)[0]
    with pytest.raises(ActionNeeded, match=f"{topics.ACCREDITATIONS}: .* {GROUP} may not use"):
        lists.publish(sender, Codec(), list_file(path, path.stem, 0).accreditations)


def test_provider_add_suspend_and_resume_by_command(users, tmp_path):
    environment = {
        "CREDSTREAM_BROKER": stacks.stack().bootstrap(),
        "CREDSTREAM_REGISTRY_URL": stacks.stack().addresses()["registry"],
    }
    file = tmp_path / "newcomer.json"
    record = {"id": "newcomer", "kind": "certifier", "name": "N", "country": "DE"}
    file.write_text(json.dumps(record))

    def command(*words):
        done = commands.credstream(*words, "--dir", tmp_path / "none", "--json", **environment)
        assert done.returncode in (0, 5), done.stderr
        return json.loads(done.stdout)

    command("topics", "create")
    told = command("provider", "add", file)["users"][0]
    me = who(told["user"], told["password"])
    own = topics.submissions("certifier", "newcomer")
    assert write(me, own) is None
    assert command("provider", "add", file)["users"][0]["password"] is None
    command("provider", "suspend", "newcomer")
    waiting.eventually(lambda: write(me, own) in REFUSED)
    command("provider", "resume", "newcomer")
    waiting.eventually(lambda: write(me, own) is None)
    again = command("provider", "add", file, "--new-password")["users"][0]["password"]
    assert again != told["password"]
    assert "_AUTHENTICATION" in errors_of(me)


def test_literal_names_only_for_providers():
    for name, kind in itertools.product((ACME, OTHER), topics.KINDS):
        for right in rights.provider_rights(kind, name):
            assert not right.prefixed or right.name.endswith(".")
