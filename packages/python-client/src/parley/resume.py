"""Brings handlers every durable event once and in order, over any time away. No input or output."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Union

from .events import DURABLE, Event, Place, Reached
from .position import MOST_HELD, Position

#: Conversations in one `sync`.
MOST_ASKED = 1000
#: Messages in one page.
PAGE = 100

Item = Union[Event, Reached, Place]
Command = tuple[str, dict[str, Any]]


class Resume:
    """
    The client's positions. Live events go through `hear`; after `begin`, and whenever a version was skipped,
    `next_command` says what to ask the server, and `take` gets its answer. All of them return what handlers are to be
    called with, in order.
    """

    def __init__(self, saved: Mapping[str, Any] | None = None) -> None:
        """:param saved: the ``position`` of a client, perhaps of an earlier process."""
        saved = saved or {}
        self._epoch: str | None = saved.get("epoch")
        self._cursor: int | None = saved.get("cursor")
        self._user_id = ""
        self._is_asking = False
        #: The first answers name conversations that were there before: nothing has happened.
        self._is_first = self._cursor is None
        self._positions = {
            conversation_id: Position(conversation_id, each["version"], each["receipts"], each["lastSeq"])
            for conversation_id, each in saved.get("conversations", {}).items()
        }
        #: Events of conversations that no answer has named yet.
        self._strays: dict[str, list[Event]] = {}

    def begin(self, announced: Mapping[str, Any]) -> Iterator[Item]:
        """The server is ready: everything may have changed."""
        self._user_id = announced["userId"]
        self._is_asking = True
        yield from self._meet_epoch(announced["epoch"])
        for position in self._positions.values():
            position.is_behind = True

    def hear(self, event: Event) -> Iterator[Item]:
        """An event of the connection, in the order of arrival."""
        if event.name == "conversation:created":
            yield from self._gain(event)
        elif event.name in DURABLE:
            yield from self._hear_durable(event)
        else:
            yield event
            yield from self._hear_receipts(event)

    def next_command(self) -> Command | None:
        """The command to ask next, one at a time; ``None`` where nothing is missing."""
        behind = [each for each in self._positions.values() if each.is_behind]
        paged = next((each for each in behind if each.pages_until), None)
        if paged:
            after = {"conversationId": paged.conversation_id, "after": str(paged.last_seq), "limit": PAGE}
            return "conversation:open", after
        if not behind and not self._is_asking:
            return None
        asked = {each.conversation_id: each.asked for each in behind[:MOST_ASKED]}
        place = {"epoch": self._epoch, "cursor": self._cursor}
        known = {key: value for key, value in place.items() if value is not None}
        return "sync", {"conversations": asked, **known}

    def take(self, command: Command, answer: Mapping[str, Any]) -> Iterator[Item]:
        """The server's answer to a command of `next_command`."""
        name, payload = command
        if name == "sync":
            yield from self._take_sync(payload, answer)
        elif position := self._positions.get(payload["conversationId"]):
            yield from position.take_page(answer)
            if not position.pages_until:
                yield from position.release()
            yield self._reached(position)

    def _take_sync(self, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterator[Item]:
        if answer["epoch"] != self._epoch:
            yield from self._meet_epoch(answer["epoch"])
            return
        self._cursor = answer["cursor"]
        self._is_asking = answer["hasMore"]
        for conversation_id in answer["removed"]:
            yield from self._lose(conversation_id)
        for conversation_id in asked["conversations"]:
            yield from self._take_conversation(conversation_id, answer["conversations"].get(conversation_id))
        for item in answer["added"]:
            yield from self._take_added(item)
        if not self._is_asking:
            self._is_first = False
            self._strays.clear()
        yield Place(self._epoch, self._cursor)

    def _take_conversation(self, conversation_id: str, part: Mapping[str, Any] | None) -> Iterator[Item]:
        position = self._positions.get(conversation_id)
        if position is None:
            return
        if part is not None and "conversation" in part:
            yield from position.take_rows(part)
        if (part is None or not part["hasMore"]) and not position.pages_until:
            yield from position.release()
        yield self._reached(position)

    def _take_added(self, item: Mapping[str, Any]) -> Iterator[Item]:
        conversation_id = item["id"]
        if conversation_id in self._positions:
            return
        strays = self._strays.pop(conversation_id, [])
        position = _beginning(item, strays)
        self._positions[conversation_id] = position
        if not self._is_first:
            yield Event("conversation:created", {"conversation": item, "version": position.version}, is_replayed=True)
        for event in strays:
            yield from position.hear(event)
        yield self._reached(position)

    def _gain(self, event: Event) -> Iterator[Item]:
        item, version = event.payload["conversation"], event.payload["version"]
        held = self._positions.get(item["id"])
        if held and held.version >= version:
            return
        # The item may be newer than the event: so many of its messages may be yet to come as events.
        last_seq = max(0, item["lastSeq"] - (item["version"] - version))
        position = Position(item["id"], version, item["receipts"], last_seq)
        self._positions[item["id"]] = position
        self._strays.pop(item["id"], None)
        yield event
        yield self._reached(position)

    def _hear_durable(self, event: Event) -> Iterator[Item]:
        conversation_id = event.payload["conversationId"]
        position = self._positions.get(conversation_id)
        if position is None:
            self._keep_stray(event)
            return
        for each in position.hear(event):
            yield each
            yield self._reached(position)
            if each.name == "member:removed" and each.payload["userId"] == self._user_id:
                self._positions.pop(conversation_id, None)
                yield Reached(conversation_id, None)

    def _keep_stray(self, event: Event) -> None:
        self._is_asking = True
        strays = self._strays.setdefault(event.payload["conversationId"], [])
        if len(strays) < MOST_HELD:
            strays.append(event)

    def _hear_receipts(self, event: Event) -> Iterator[Item]:
        position = self._positions.get(event.payload.get("conversationId", ""))
        receipts = event.payload.get("receipts", 0)
        if position and not position.is_behind and receipts > position.receipts:
            position.receipts = receipts
            yield self._reached(position)

    def _lose(self, conversation_id: str) -> Iterator[Item]:
        if self._positions.pop(conversation_id, None):
            yield Event("conversation:removed", {"conversationId": conversation_id}, is_replayed=True)
            yield Reached(conversation_id, None)

    def _meet_epoch(self, epoch: str) -> Iterator[Item]:
        """Of a database that was restored from a backup no number is known: begins as at first."""
        if self._epoch not in (None, epoch):
            self._cursor = None
            self._is_first = True
            for conversation_id in list(self._positions):
                del self._positions[conversation_id]
                yield Event("conversation:reset", {"conversationId": conversation_id}, is_replayed=True)
                yield Reached(conversation_id, None)
        self._epoch = epoch
        self._is_asking = True

    def _reached(self, position: Position) -> Reached:
        return Reached(position.conversation_id, position.saved)


def _beginning(item: Mapping[str, Any], heard: list[Event]) -> Position:
    """
    Where a conversation that was not held begins: with the first of its events that this connection has heard, though the
    item may be newer.
    """
    seqs = [event.payload["message"]["seq"] for event in heard if event.name == "message:new"]
    version = min([item["version"], *(event.payload["version"] - 1 for event in heard)])
    return Position(item["id"], version, item["receipts"], seqs[0] - 1 if seqs else item["lastSeq"])
