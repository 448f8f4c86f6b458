"""Starts publisher: `python -m services.publisher worker`."""

from credstream.runtime.command import Build, main


def load() -> Build:
    """The service's wiring, which takes time to import: the runtime fences its name meanwhile."""
    from services.publisher.app import build  # noqa: PLC0415, see above

    return build


main("publisher", load)
