"""Starts accreditation: `python -m services.accreditation worker`."""

from credstream.runtime.process import main

main("accreditation", "services.accreditation.app")
