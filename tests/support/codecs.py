"""The codec of what travels: built-in ids, or those of a real registry under `--broker kafka`."""

from __future__ import annotations

from functools import cache

from credstream.contract.codec import BuiltIn, Codec
from credstream.contract.schemas import IDS
from credstream.kafka.registry import SchemaRegistry
from tests.support import databases, stacks


def wire() -> Codec:
    return Codec(registry())


@cache
def registry() -> BuiltIn | SchemaRegistry:
    """Every schema of the contract is registered in it."""
    if not databases.real():
        return BuiltIn()
    made = SchemaRegistry(stacks.stack().addresses()["registry"])
    for name in IDS:
        made.register(name)
    return made


def down() -> None:
    """Let go of the registry, if this process has one."""
    if databases.real() and registry.cache_info().currsize:
        registry().close()
