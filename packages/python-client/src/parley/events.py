"""What handlers are called with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

#: Names of events with a place in their conversation's order.
DURABLE = frozenset(
    """message:new message:edited message:deleted reaction:updated conversation:updated conversation:archived
    member:added member:updated member:removed""".split()
)


@dataclass(frozen=True)
class Event:
    """
    Something that happened: ``name`` and ``payload`` are those of docs/protocol.md.

    ``is_replayed`` says that the client was away when it happened, and has caught up since. Then messages come as they
    are now: one that changed meanwhile is ``message:edited`` or ``message:deleted`` once, whatever was changed how
    often. Events of this package alone:

    - ``conversation:synced``: all else that changed, as the conversation's part of a `sync` answer, without messages
      and with its ``conversationId``;
    - ``conversation:reset`` ``{conversationId}``: what you hold of it may have changed: fetch it anew;
    - ``conversation:removed`` ``{conversationId}``: you are in it no more;
    - ``connection:lost`` ``{wasReady, error}``: a connection has ended or could not be had; ``error`` is the server's
      error object, if it told one. Whether the client comes back is told by `connect` and `wait_closed`.
    """

    name: str
    payload: Mapping[str, Any]
    is_replayed: bool = False


@dataclass(frozen=True)
class Reached:
    """Where the client is in a conversation once the events before this were handled; ``None``: it is in it no more."""

    conversation_id: str
    position: Mapping[str, int] | None


@dataclass(frozen=True)
class Place:
    """Where the client is among its memberships, and in which database, likewise."""

    epoch: str | None
    cursor: int | None
