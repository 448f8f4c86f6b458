"""The channels that are fed: a new outlet is a module and a line here."""

from __future__ import annotations

from collections.abc import Callable

from credstream.process.settings import Settings
from credstream.storage.vault import Vault
from services.publisher.channels import europass
from services.publisher.channels.channel import Channel

CHANNELS: tuple[Callable[[Settings, Vault], Channel], ...] = (europass.open_channel,)
