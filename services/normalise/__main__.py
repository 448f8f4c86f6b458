"""Starts normalise: `python -m services.normalise worker`."""

from credstream.runtime.command import Build, main


def load() -> Build:
    """The service's wiring, which takes time to import: the runtime fences its name meanwhile."""
    from services.normalise.app import build  # noqa: PLC0415, see above

    return build


main("normalise", load)
