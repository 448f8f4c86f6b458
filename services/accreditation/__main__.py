"""Starts accreditation: `python -m services.accreditation worker`."""

from credstream.runtime.process import main
from services.accreditation.app import build

main("accreditation", build)
