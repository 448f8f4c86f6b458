"""Starts publisher: `python -m services.publisher worker`."""

from credstream.runtime.process import main
from services.publisher.app import build

main("publisher", build)
