"""Starts normalise: `python -m services.normalise worker`."""

from credstream.runtime.process import main

main("normalise", "services.normalise.app")
