"""Reference topics are followed, also one that the agents' group leaves out."""

from contextlib import suppress

import pytest
import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.errors import Unavailable
from credstream.kafka import groups
from credstream.kafka.admin import Admin
from credstream.kafka.sender import Outgoing, Sender
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import REFERENCE
from tests.support import mutants, waiting

pytestmark = pytest.mark.real
GROUP, NAME = "accreditation-control", "accreditation-0"


def leave_out(fleet, admin):
    """Create a topic of the only worker while it restarts, so that the group leaves it out.

    Here the group remembers the worker for long: on a busy machine its start takes longer than
    the six seconds of a session.
    """
    fleet.through = ("tests.support.mutants", mutants.LONG_TIME_OUTS)
    admin.delete([topics.ACCREDITATIONS])
    fleet.scale("accreditation", 1)
    waiting.eventually(lambda: held(admin) == {(topics.PROVIDERS, 0)})
    fleet.kill(NAME)
    admin.create([topics.ACCREDITATIONS], 1)
    begun = starts(fleet)
    fleet.start(fleet.workers[NAME])
    waiting.eventually(lambda: starts(fleet) > begun and held(admin))
    assert (topics.ACCREDITATIONS, 0) not in held(admin)


def held(admin):
    """What is assigned to the members of the group; nothing while the broker does not know."""
    with suppress(Unavailable):
        return groups.assigned(admin._cluster, GROUP)
    return set()


def starts(fleet):
    return sum(line.get("event") == "data path started" for line in fleet.log(NAME))


def test_a_reference_topic_that_came_while_nobody_read_is_followed(fleet):
    """The group assigns to a member that is back in time what it had, without the new topic."""
    admin = Admin(fleet.target.cluster)
    leave_out(fleet, admin)
    Sender(fleet.target.cluster).send([Outgoing(topics.ACCREDITATIONS, None, b"gone")])
    query = sa.select(REFERENCE.c.upto).where(REFERENCE.c.topic == topics.ACCREDITATIONS)

    def upto():
        with transaction(open_engine(fleet.urls["accreditation"])) as connection:
            return connection.execute(query).scalar()

    waiting.eventually(lambda: upto() == 0)
    assert fleet.logged(NAME, "reference consumer stalled")["topic"] == topics.ACCREDITATIONS
