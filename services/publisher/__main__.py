"""Starts publisher: `python -m services.publisher worker`."""

from credstream.runtime.process import main

main("publisher", "services.publisher.app")
