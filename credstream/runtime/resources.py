"""What all parts of one process share: settings, codec and databases."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.kafka import metadata
from credstream.kafka.cluster import Cluster, cluster_of
from credstream.kafka.profiles import PROFILES, Profile
from credstream.process.settings import Settings


@dataclass(frozen=True, slots=True)
class Resources:
    """Opened by a service's wiring; `vault` is for the services that read learners' keys."""

    settings: Settings
    codec: Codec
    engine: sa.Engine
    vault: sa.Engine | None = None

    @property
    def profile(self) -> Profile:
        return PROFILES[self.settings.profile]

    def cluster(self) -> Cluster:
        """A new Cluster: clients that share one share the errors that they report."""
        return cluster_of(self.settings)

    def away(self) -> str | None:
        """Why the broker does not answer, None where it does."""
        return metadata.outage(self.cluster())
