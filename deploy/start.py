"""Starts the service that an image was built for: the exec form of ENTRYPOINT expands nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence


def command(environ: Mapping[str, str], words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", f"services.{environ['SERVICE']}", *words]


def main() -> None:
    """Become the service, so that signals reach it and its exit code is the container's."""
    words = command(os.environ, sys.argv[1:])
    os.execv(words[0], words)  # noqa: S606, no shell is wanted


if __name__ == "__main__":
    main()
