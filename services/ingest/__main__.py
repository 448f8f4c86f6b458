"""Starts ingest: `python -m services.ingest worker`."""

from credstream.runtime.command import Build, main


def load() -> Build:
    """The service's wiring, which takes time to import: the runtime fences its name meanwhile."""
    from services.ingest.app import build  # noqa: PLC0415, see above

    return build


main("ingest", load)
