"""Starts ingest: `python -m services.ingest worker`."""

from credstream.runtime.process import main
from services.ingest.app import build

main("ingest", build)
