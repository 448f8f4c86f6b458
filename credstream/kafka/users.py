"""Users of a cluster: their passwords (SCRAM) and their rights (ACLs).

Every method raises Unavailable with the broker's own words. The embedded broker has no users.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from credstream.contract.errors import Unavailable
from credstream.contract.rights import Right
from credstream.kafka.admin import result_of
from credstream.kafka.cluster import Cluster, common_settings
from credstream.process import timeouts

ITERATIONS = 8192
RESOURCES = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional_id": ResourceType.TRANSACTIONAL_ID,
}
OPERATIONS = {
    "read": AclOperation.READ,
    "write": AclOperation.WRITE,
    "describe_configs": AclOperation.DESCRIBE_CONFIGS,
}


class Users:
    """Keeps one client: a temporary one ends its own calls."""

    def __init__(self, cluster: Cluster) -> None:
        self._client = AdminClient(common_settings(cluster))

    def set_rights(self, user: str, rights: Iterable[Right]) -> None:
        """Give a user exactly these rights; open connections have them at once."""
        wanted = {_binding(user, right) for right in rights}
        given = set(result_of("rights", self._client.describe_acls(_every_acl_of(user))))
        missing, excess = wanted - given, [_filter(acl) for acl in given - wanted]
        for future in self._client.create_acls(list(missing)).values() if missing else ():
            result_of("rights given", future)
        for future in self._client.delete_acls(excess).values() if excess else ():
            result_of("rights taken", future)

    def set_password(self, user: str, password: str) -> None:
        """Create a user, or give it another password."""
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
        change: Any = UserScramCredentialUpsertion(user, info, password.encode())
        result_of(f"user {user}", self._client.alter_user_scram_credentials([change])[user])

    def has_password(self, user: str) -> bool:
        """Whether the user exists."""
        futures: Any = self._client.describe_user_scram_credentials([user])
        try:
            futures[user].result(timeouts.ADMIN_SECONDS)
        except KafkaException as error:
            if error.args[0].name() == "RESOURCE_NOT_FOUND":
                return False
            raise Unavailable(f"broker: user {user}: {error.args[0].str()}") from error
        return True


def _binding(user: str, right: Right) -> AclBinding:
    return AclBinding(
        RESOURCES[right.resource],
        right.name,
        ResourcePatternType.PREFIXED if right.prefixed else ResourcePatternType.LITERAL,
        f"User:{user}",
        "*",
        OPERATIONS[right.operation],
        AclPermissionType.ALLOW,
    )


def _every_acl_of(user: str) -> AclBindingFilter:
    anything: Any = None
    return AclBindingFilter(
        ResourceType.ANY,
        anything,
        ResourcePatternType.ANY,
        f"User:{user}",
        anything,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )


def _filter(acl: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        acl.restype,
        acl.name,
        acl.resource_pattern_type,
        acl.principal,
        acl.host,
        acl.operation,
        acl.permission_type,
    )
