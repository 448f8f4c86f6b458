"""Reference topics are followed, also where the group of those who follow leaves one out."""

import time

import pytest
import sqlalchemy as sa

from credstream.contract import topics
from credstream.kafka.admin import Admin
from credstream.kafka.sender import Outgoing, Sender
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import REFERENCE
from tests.support import houses

pytestmark = pytest.mark.real
GROUP, NAME = "accreditation-control", "accreditation-0"
# So long the group remembers a member; on a busy machine a start may take as long.
SESSION_SECONDS, TRIES = 8.0, 3


def left_out(house, admin):
    """Make a topic of the only worker while it starts again; whether the group leaves it out."""
    admin.delete([topics.ACCREDITATIONS])
    house.scale("accreditation", 1)
    houses.eventually(lambda: admin.held(GROUP) == {(topics.PROVIDERS, 0)})
    house.kill(NAME)
    admin.create([topics.ACCREDITATIONS], 1)
    begun = starts(house)
    house.start(house.workers[NAME])
    houses.eventually(lambda: starts(house) > begun and admin.held(GROUP))
    if (topics.ACCREDITATIONS, 0) not in admin.held(GROUP):
        return True
    house.kill(NAME)
    del house.workers[NAME]
    time.sleep(SESSION_SECONDS)
    return False


def starts(house):
    return sum(line.get("event") == "data path started" for line in house.log(NAME))


def test_a_reference_topic_that_came_while_nobody_read_is_followed(house):
    """The group gives a member that is back in time what it had, which the new topic is not."""
    admin = Admin(house.exchange.cluster)
    assert any(left_out(house, admin) for _ in range(TRIES)), "the group left nothing out"
    Sender(house.exchange.cluster).send([Outgoing(topics.ACCREDITATIONS, None, b"gone")])
    query = sa.select(REFERENCE.c.upto).where(REFERENCE.c.topic == topics.ACCREDITATIONS)

    def upto():
        with transaction(open_engine(house.urls["accreditation"])) as connection:
            return connection.execute(query).scalar()

    houses.eventually(lambda: upto() == 0, 60)
    assert house.says(NAME, "reference consumer stalled")["topic"] == topics.ACCREDITATIONS
