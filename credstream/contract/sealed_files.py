"""The names of the files in which sealed credentials are delivered, made and read in one place."""

from __future__ import annotations

SUFFIX = ".jsonld"


def file_name(key: str, version: int) -> str:
    """`mc-<country>-<uuid>.v<version>.jsonld`: a colon is not allowed in names on every system."""
    return f"{key.replace(':', '-')}.v{version}{SUFFIX}"


def key_and_version(name: str) -> tuple[str, int]:
    """The key and version in a name of `file_name`; raises ValueError for any other name."""
    stem, _, version = name.removesuffix(SUFFIX).rpartition(".v")
    scheme, country, identifier = stem.split("-", 2)
    return f"{scheme}:{country}:{identifier}", int(version)
