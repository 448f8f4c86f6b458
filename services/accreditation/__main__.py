"""Starts accreditation: `python -m services.accreditation worker`."""

from credstream.runtime.command import Build, main


def load() -> Build:
    """The service's wiring, which takes time to import: the runtime fences its name meanwhile."""
    from services.accreditation.app import build  # noqa: PLC0415, see above

    return build


main("accreditation", load)
