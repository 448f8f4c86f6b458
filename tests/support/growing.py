"""Families of submissions that grow: each member does much more work than its bytes suggest.

A family is a function from a size in bytes to a submission of about that size. They are the
worst that is known of each format: many parts that each repeat a large one, references of many to
many, and long runs of what is read slowly.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.support import (
    growing_badges,
    growing_credentials,
    growing_json,
    growing_lists,
    growing_xml,
)
from tests.support.growing_base import Family

KINDS = (growing_json, growing_credentials, growing_badges, growing_xml, growing_lists)


def families() -> Mapping[str, Family]:
    """All of them, by the format and what grows."""
    return {name: family for kind in KINDS for name, family in kind.families().items()}
