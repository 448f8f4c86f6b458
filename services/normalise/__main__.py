"""Starts normalise: `python -m services.normalise worker`."""

from credstream.runtime.process import main
from services.normalise.app import build

main("normalise", build)
