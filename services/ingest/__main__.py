"""Starts ingest: `python -m services.ingest worker`."""

from credstream.runtime.process import main

main("ingest", "services.ingest.app")
