"""Apache Kafka in KRaft mode: one node or three, plain text and SASL_SSL, on loopback."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.kafka import parts, processes
from deploy.kafka.layout import Layout, StackError

HERE = Path(__file__).parent
# 128 MB by default; 16 MB keep a node below 250 MB.
DEDUPE_BYTES = 16 * 1024 * 1024
JVM = (
    "-Xms64m",
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    # A node without memory answers nothing for ever; one that has ended is missed.
    "-XX:+ExitOnOutOfMemoryError",
    "-Xlog:disable",
)
STARTED, DISK = "Kafka Server started", "all log dirs in"
FULL = "its disk is full or broken: free space, then `make kafka-up`; nothing is lost"
QUIET = ("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")


def start(layout: Layout) -> None:
    """Format what is not formatted, and start every node; does not wait."""
    for node in range(1, layout.nodes + 1):
        path = _properties(layout, node)
        if not (_data(layout, node) / "meta.properties").exists():
            _format(layout, path)
        start_node(layout, node)


def start_node(layout: Layout, node: int) -> None:
    """Start one node, with what the first one learned about its own start when it stopped."""
    cache = layout.parts / "kafka.aot"
    # Each stack learns into a file of its own: two that write one file spoil it for a third.
    option = f"-XX:AOTCache={cache}" if cache.exists() else f"-XX:AOTCacheOutput={_learned(layout)}"
    alone = (option,) if cache.exists() or (layout.learns and node == 1) else ()
    config = f"-Dlog4j2.configurationFile={HERE / 'log4j2.xml'}"
    command = [*_java(layout, *JVM, *alone, config), "kafka.Kafka", str(_file(layout, node))]
    processes.start(command, pid_file(layout, node), layout.log(f"kafka-{node}"))


def await_ready(layout: Layout) -> None:
    """Wait until every node answers as a member of the cluster."""
    admin = AdminClient({"bootstrap.servers": layout.bootstrap(), "log_level": 0})

    def all_there() -> bool:
        try:
            return len(admin.list_topics(timeout=1).brokers) == layout.nodes
        except KafkaException:
            return False

    for node in range(1, layout.nodes + 1):
        processes.await_ready(
            f"Kafka node {node}", all_there, pid_file(layout, node), layout.log(f"kafka-{node}")
        )


def stop(layout: Layout) -> None:
    """Stop every node that is there, whatever their number was when they were started."""
    for path in sorted((layout.folder / "run").glob("kafka-*.pid")):
        processes.stop(path)
    if _learned(layout).exists():
        layout.parts.mkdir(parents=True, exist_ok=True)
        shutil.move(_learned(layout), layout.parts / f".{layout.folder.name}.aot")
        (layout.parts / f".{layout.folder.name}.aot").replace(layout.parts / "kafka.aot")


def last_words(log: Path) -> str:
    """Why a node ended, by its own log since its last start; empty where it logged no error."""
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    error = ""
    for line in lines:
        if STARTED in line:
            error = ""
        elif " ERROR " in line and DISK not in error:  # whatever fails afterwards fails for that
            error = line
    return f"{error}; {FULL}" if DISK in error else error


def pid_file(layout: Layout, node: int) -> Path:
    return layout.folder / "run" / f"kafka-{node}.pid"


def _data(layout: Layout, node: int) -> Path:
    return layout.folder / "data" / f"kafka-{node}"


def _learned(layout: Layout) -> Path:
    return layout.folder / "run" / "kafka.aot"


def _file(layout: Layout, node: int) -> Path:
    return layout.folder / "config" / f"kafka-{node}.properties"


def _java(layout: Layout, *options: str) -> list[str]:
    return [parts.java(), *QUIET, *options, "-cp", f"{parts.kafka_jars(layout)}/*"]


def _format(layout: Layout, path: Path) -> None:
    """Give a node its cluster and the first user; the tool prints that user's hash."""
    user = f"SCRAM-SHA-512=[name=admin,password={layout.secret('admin')}]"
    words = ["format", "-t", _cluster(layout), "-c", str(path), "--add-scram", user]
    done = subprocess.run(  # noqa: S603, our own command
        [*_java(layout, *JVM), "kafka.tools.StorageTool", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StackError(f"Kafka's storage: {done.stderr.strip()[-500:]}")


def _cluster(layout: Layout) -> str:
    path = layout.folder / "data" / "cluster"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # 22 characters of base64url; a first - would be an option.
        path.write_text("c" + secrets.token_urlsafe(16)[1:22])
    return path.read_text("utf-8")


def _properties(layout: Layout, node: int) -> Path:
    path = _file(layout, node)
    path.parent.mkdir(parents=True, exist_ok=True)
    values = _listeners(layout, node) | _storage(layout, node) | _security(layout)
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return path


def _listeners(layout: Layout, node: int) -> dict[str, object]:
    kinds = {"PLAINTEXT": 92, "SASL_SSL": 94, "CONTROLLER": 93}
    here = ",".join(f"{name}://{layout.listener(node, kind)}" for name, kind in kinds.items())
    voters = ",".join(f"{n}@{layout.listener(n, 93)}" for n in range(1, layout.nodes + 1))
    return {
        "process.roles": "broker,controller",
        "node.id": node,
        "controller.quorum.voters": voters,
        "listeners": here,
        "advertised.listeners": here,
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": ",".join(
            f"{name}:{'PLAINTEXT' if name == 'CONTROLLER' else name}" for name in kinds
        ),
    }


def _storage(layout: Layout, node: int) -> dict[str, object]:
    """Small and quick: short sessions, so that a killed node is missed and taken back soon."""
    copies, least = min(3, layout.nodes), min(2, layout.nodes)
    internal = ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")
    return {
        "log.dirs": _data(layout, node).resolve(),
        "auto.create.topics.enable": "false",
        "unclean.leader.election.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": least,
        **{f"{name}.replication.factor": copies for name in internal},
        "transaction.state.log.min.isr": least,
        "share.coordinator.state.topic.min.isr": least,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.num.partitions": 4,
        "group.initial.rebalance.delay.ms": 0,
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        "controller.quorum.fetch.timeout.ms": 1000,
        "controller.quorum.election.timeout.ms": 500,
        "leader.imbalance.check.interval.seconds": 5,
        "leader.imbalance.per.broker.percentage": 0,
        "log.cleaner.dedupe.buffer.size": DEDUPE_BYTES,
        "log.cleaner.backoff.ms": 1000,
        "log.retention.check.interval.ms": 1000,
        "message.max.bytes": 5 * 1024 * 1024,
        "replica.fetch.max.bytes": 5 * 1024 * 1024,
    }


def _security(layout: Layout) -> dict[str, object]:
    """Users by SCRAM, rights by ACL; who is on the plain loopback listener may do anything."""
    certificates = (layout.folder / "certificates").resolve()
    return {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:admin;User:ANONYMOUS",
        "allow.everyone.if.no.acl.found": "false",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        # An open connection outlives its user's password; within this time it has to show it anew.
        "connections.max.reauth.ms": 45000,
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": certificates / "server.pem",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": certificates / "ca.pem",
    }
