"""Hosts a Kafka broker in this process: the mock cluster of the librdkafka that we already have."""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self

from credstream.process import timeouts

Setting = str | int | float | bool

# Merged over the ordinary settings of each kind of client, in that client's own names.
EMBEDDED: Final[Mapping[str, Mapping[str, Setting]]] = MappingProxyType(
    {
        "consumer": MappingProxyType(
            {
                "session.timeout.ms": timeouts.EMBEDDED_SESSION_MS,
                "heartbeat.interval.ms": timeouts.EMBEDDED_HEARTBEAT_MS,
                "fetch.wait.max.ms": timeouts.EMBEDDED_FETCH_WAIT_MS,
                "topic.metadata.refresh.interval.ms": timeouts.EMBEDDED_METADATA_REFRESH_MS,
            }
        ),
        "producer": MappingProxyType({}),
        "control": MappingProxyType(  # Faust, in seconds
            {
                "broker_session_timeout": timeouts.EMBEDDED_SESSION_MS / 1000,
                "broker_heartbeat_interval": timeouts.EMBEDDED_HEARTBEAT_MS / 1000,
            }
        ),
    }
)

API_KEYS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "Produce": 0,
        "Fetch": 1,
        "ListOffsets": 2,
        "Metadata": 3,
        "OffsetCommit": 8,
        "OffsetFetch": 9,
        "FindCoordinator": 10,
        "JoinGroup": 11,
        "Heartbeat": 12,
        "SyncGroup": 14,
        "InitProducerId": 22,
        "AddPartitionsToTxn": 24,
        "AddOffsetsToTxn": 25,
        "EndTxn": 26,
        "TxnOffsetCommit": 28,
    }
)

_TEXT, _POINTER, _INT, _SHORT, _SIZE = (
    ctypes.c_char_p,
    ctypes.c_void_p,
    ctypes.c_int32,
    ctypes.c_int16,
    ctypes.c_size_t,
)

_SIGNATURES: Final[Mapping[str, tuple[Any, tuple[Any, ...]]]] = MappingProxyType(
    {
        "rd_kafka_conf_new": (_POINTER, ()),
        "rd_kafka_conf_set": (_INT, (_POINTER, _TEXT, _TEXT, _TEXT, _SIZE)),
        "rd_kafka_new": (_POINTER, (_INT, _POINTER, _TEXT, _SIZE)),
        "rd_kafka_destroy": (None, (_POINTER,)),
        "rd_kafka_err2str": (_TEXT, (_INT,)),
        "rd_kafka_mock_cluster_new": (_POINTER, (_POINTER, _INT)),
        "rd_kafka_mock_cluster_bootstraps": (_TEXT, (_POINTER,)),
        "rd_kafka_mock_cluster_destroy": (None, (_POINTER,)),
        "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, (_POINTER, _INT)),
        "rd_kafka_mock_topic_create": (_INT, (_POINTER, _TEXT, _INT, _INT)),
        "rd_kafka_mock_push_request_errors_array": (
            None,
            (_POINTER, _SHORT, _SIZE, ctypes.POINTER(_INT)),
        ),
        "rd_kafka_mock_broker_set_down": (_INT, (_POINTER, _INT)),
        "rd_kafka_mock_broker_set_up": (_INT, (_POINTER, _INT)),
        "rd_kafka_mock_broker_set_rtt": (_INT, (_POINTER, _INT, ctypes.c_int)),
    }
)

_NODE: Final = 1
_PRODUCER: Final = 0


class Broker:
    """One broker node in memory, gone with the process.

    Good for a first look and for tests. A partition keeps about 5 MB and then drops its oldest
    records without a word. Open and aborted transactions are visible to `read_committed`, old
    producers are not fenced, and offsets sent in a transaction are not stored: commit them once
    more, after it, in the ordinary way. Members of one group must name the same assignor, or the
    mock's own assertion ends this process. Every embedded broker has the same cluster id.
    """

    def __init__(self, topics: Mapping[str, int]) -> None:
        self._library = _bound(_candidates())
        self._handle: int | None = _handle(self._library)
        self._cluster: int | None = self._library.rd_kafka_mock_cluster_new(self._handle, 1)
        self._library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        self.address: str = self._library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()
        self.topics: dict[str, int] = {}
        for name, partitions in topics.items():
            self.create_topic(name, partitions)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def create_topic(self, name: str, partitions: int) -> None:
        """Repeatable. Raises when the topic exists with other partitions or by a client's hand."""
        if (known := self.topics.get(name, partitions)) != partitions:
            raise ValueError(f"topic {name} has {known} partitions, not {partitions}")
        if name not in self.topics:
            self._call("rd_kafka_mock_topic_create", name.encode(), partitions, _NODE)
            self.topics[name] = partitions

    def close(self) -> None:
        """Repeatable. Clients see a refused connection from here on."""
        if self._cluster is not None:
            self._library.rd_kafka_mock_cluster_destroy(self._cluster)
            self._library.rd_kafka_destroy(self._handle)
        self._cluster = self._handle = None

    def fail_next(self, api: str, errors: Sequence[int]) -> None:
        """Answer the next requests of this kind with these errors; -195 cuts the connection."""
        codes = (_INT * len(errors))(*errors)
        push = self._library.rd_kafka_mock_push_request_errors_array
        push(self._open(), API_KEYS[api], len(errors), codes)

    def set_down(self) -> None:
        """Cut all connections and accept none; what was written stays."""
        self._call("rd_kafka_mock_broker_set_down", _NODE)

    def set_up(self) -> None:
        self._call("rd_kafka_mock_broker_set_up", _NODE)

    def set_slow(self, milliseconds: int) -> None:
        """Hold every answer back for so long."""
        self._call("rd_kafka_mock_broker_set_rtt", _NODE, milliseconds)

    def _call(self, function: str, *arguments: bytes | int) -> None:
        code = getattr(self._library, function)(self._open(), *arguments)
        time.sleep(timeouts.EMBEDDED_CALL_PAUSE_SECONDS)
        if code:
            meaning = self._library.rd_kafka_err2str(code).decode()
            raise RuntimeError(f"the embedded broker refused {function}{arguments}: {meaning}")

    def _open(self) -> int:
        if self._cluster is None:
            raise RuntimeError("the embedded broker is closed")
        return self._cluster


def _candidates() -> list[str]:
    """The library inside the installed wheel first, then the system's own."""
    spec = importlib.util.find_spec("confluent_kafka")
    packages = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
    bundled = [
        str(path)
        for package in packages
        for folder in (package.with_name("confluent_kafka.libs"), package / ".dylibs")
        for path in sorted(folder.glob("librdkafka*"))
    ]
    system = ctypes.util.find_library("rdkafka") if not bundled else None
    return [*bundled, *([system] if system else [])]


def _bound(candidates: Iterable[str]) -> ctypes.CDLL:
    """The first library that knows every function we call, typed for it."""
    for path in candidates:
        library = ctypes.CDLL(path)
        if all(hasattr(library, name) for name in _SIGNATURES):
            for name, (result, arguments) in _SIGNATURES.items():
                function = getattr(library, name)
                function.restype, function.argtypes = result, arguments
            return library
    raise RuntimeError(
        "the embedded broker needs the confluent-kafka wheel, whose librdkafka brings the mock "
        "cluster; install it with pip install --only-binary confluent-kafka confluent-kafka, "
        "or name a real broker with --bootstrap-servers"
    )


def _handle(library: ctypes.CDLL) -> int:
    """The client that the mock keeps its books with; it connects to nothing."""
    text = ctypes.create_string_buffer(512)
    settings = library.rd_kafka_conf_new()
    library.rd_kafka_conf_set(settings, b"log_level", b"3", text, len(text))
    handle = library.rd_kafka_new(_PRODUCER, settings, text, len(text))
    if not handle:
        raise RuntimeError(f"the embedded broker did not start: {text.value.decode()}")
    return int(handle)
