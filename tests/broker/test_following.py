"""Reference topics are followed, also where the group of those who follow leaves one out."""

import pytest
import sqlalchemy as sa

from credstream.contract import topics
from credstream.runtime import clients
from credstream.runtime.admin import Admin
from credstream.runtime.store import REFERENCE, engine, transaction
from tests.support import houses

pytestmark = pytest.mark.real
GROUP = "accreditation-control"


def test_a_reference_topic_that_came_while_nobody_read_is_followed(house):
    """The group gives a member that is back in time what it had, which the new topic is not."""
    admin = Admin(house.exchange.cluster)
    admin.delete([topics.ACCREDITATIONS])
    house.scale("accreditation", 1)
    house.says("accreditation-0", "unavailable", topics.ACCREDITATIONS)
    houses.eventually(lambda: (topics.PROVIDERS, 0) in (admin.held(GROUP) or ()))
    house.kill("accreditation-0")
    admin.create([topics.ACCREDITATIONS], 1)
    house.start(house.workers["accreditation-0"])
    house.says("accreditation-0", "data path starts")
    houses.eventually(lambda: admin.held(GROUP))
    assert (topics.ACCREDITATIONS, 0) not in admin.held(GROUP), "the group left nothing out"
    clients.send(clients.producer(house.exchange.cluster), topics.ACCREDITATIONS, None, b"gone")
    query = sa.select(REFERENCE.c.upto).where(REFERENCE.c.topic == topics.ACCREDITATIONS)

    def upto():
        with transaction(engine(house.urls["accreditation"])) as connection:
            return connection.execute(query).scalar()

    houses.eventually(lambda: upto() == 0, 60)
