"""Quotas: how many bytes a second a user may send and read.

librdkafka has no call for them: the request is declared here and sent with aiokafka, on which Faust
depends
(KIP-546, https://kafka.apache.org/protocol#The_Messages_AlterClientQuotas).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Float64, Int16, Int32, Schema, String

from credstream.contract.errors import Unavailable
from credstream.kafka.cluster import Cluster

PRODUCER, CONSUMER = "producer_byte_rate", "consumer_byte_rate"
_ENTITY = Array(("entity_type", String("utf-8")), ("entity_name", String("utf-8")))


class _Response(Response):
    API_KEY = 49
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "entries",
            Array(("error_code", Int16), ("error_message", String("utf-8")), ("entity", _ENTITY)),
        ),
    )


class _Struct(RequestStruct):
    API_KEY = 49
    API_VERSION = 0
    RESPONSE_TYPE = _Response
    SCHEMA = Schema(
        (
            "entries",
            Array(
                ("entity", _ENTITY),
                ("ops", Array(("key", String("utf-8")), ("value", Float64), ("remove", Boolean))),
            ),
        ),
        ("validate_only", Boolean),
    )


class _Request(Request[_Struct]):
    API_KEY = 49

    def __init__(self, entries: list[Any]) -> None:
        self._entries = entries

    def build(self, request_struct_class: type[_Struct]) -> _Struct:
        return request_struct_class(self._entries, False)


def set_quotas(cluster: Cluster, user: str, rates: Mapping[str, float]) -> None:
    """Limit a user to some bytes a second by kind; raises Unavailable."""
    ops = [(name, float(rate), False) for name, rate in rates.items()]
    try:
        asyncio.run(_alter(cluster, [([("user", user)], ops)]))
    except (KafkaError, OSError) as error:
        raise Unavailable(f"broker: quotas of {user}: {type(error).__name__}") from error


async def _alter(cluster: Cluster, entries: list[Any]) -> None:
    client = AIOKafkaClient(**_access(cluster))
    await client.bootstrap()
    try:
        # Any broker takes it and passes it on to the controller.
        answer = await client.send(client.get_random_node(), _Request(entries))
        for code, message, entity in answer.entries:
            if code:
                raise Unavailable(f"broker: quotas of {entity[0][1]}: {message or code}")
    finally:
        await client.close()


def _access(cluster: Cluster) -> dict[str, Any]:
    given = cluster.security
    protocol = str(given.get("security.protocol", "plaintext")).upper()
    access: dict[str, Any] = {
        "bootstrap_servers": cluster.address,
        "security_protocol": protocol,
    }
    if protocol.endswith("SSL"):
        access["ssl_context"] = ssl.create_default_context(cadata=given.get("ssl.ca.pem"))
    if protocol.startswith("SASL"):
        access |= {
            "sasl_mechanism": given["sasl.mechanism"],
            "sasl_plain_username": given["sasl.username"],
            "sasl_plain_password": given["sasl.password"],
        }
    return access
