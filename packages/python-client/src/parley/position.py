"""One conversation's place in its order: what comes next, and what came before its turn. No input or output."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator, Mapping

from .events import Event

#: Events of one conversation that are kept for their turn; beyond that only a sync brings them.
MOST_HELD = 1000


@dataclass
class Position:
    """
    ``version`` and ``last_seq`` are those of the last event and message handed on. While ``is_behind``, live events are
    held, and answers of `sync` are taken.
    """

    conversation_id: str
    version: int
    receipts: int
    last_seq: int
    is_behind: bool = False
    #: Until which message pages are to be fetched, after a `reset`.
    pages_until: int = 0
    _held: dict[int, Event] = field(default_factory=dict)
    _early: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def asked(self) -> dict[str, int]:
        return {"version": self.version, "receipts": self.receipts}

    @property
    def saved(self) -> dict[str, int]:
        return {**self.asked, "lastSeq": self.last_seq}

    def hear(self, event: Event) -> Iterator[Event]:
        """A live event with a version: what is to be handed on now. Later it ``is_behind`` where one is missing."""
        version: int = event.payload["version"]
        if version <= self.version:
            return
        if self.is_behind or version > self.version + 1:
            self.is_behind = True
            self._hold(version, event)
            return
        self._advance(event)
        yield event

    def take_rows(self, answer: Mapping[str, Any]) -> Iterator[Event]:
        """A `sync` answer's part with rows. Where it is the last of it, what was held follows by `release`."""
        if answer["reset"]:
            yield from self._begin_anew(answer)
        else:
            rows = sorted(answer["messages"], key=_version_of)
            self._keep(rows)
            changed = [self._changed(row) for row in rows if row["seq"] <= self.last_seq]
            yield from self._next_messages()
            yield from changed
        self.version, self.receipts = answer["version"], max(self.receipts, answer["receipts"])
        if answer["hasMore"]:
            return
        if not self.pages_until:
            yield from self._all_early()
        told = {**answer, "conversationId": self.conversation_id, "messages": []}
        yield Event("conversation:synced", told, is_replayed=True)

    def take_page(self, page: Mapping[str, Any]) -> Iterator[Event]:
        """A page of messages after ``last_seq``, which a `reset` asked for."""
        self._keep(page["items"])
        yield from self._next_messages()
        if self.last_seq >= self.pages_until or not page["items"]:
            self.pages_until = 0
            yield from self._all_early()

    def release(self) -> Iterator[Event]:
        """It has caught up: what was held is handed on, as far as nothing is missing again."""
        self.is_behind = False
        held, self._held = sorted(self._held.items()), {}
        for _, event in held:
            yield from self.hear(event)

    def _begin_anew(self, answer: Mapping[str, Any]) -> Iterator[Event]:
        newest = answer["conversation"]["lastSeq"]
        self._early.clear()
        self.last_seq = min(self.last_seq, newest)
        self.receipts = 0
        yield Event("conversation:reset", {"conversationId": self.conversation_id}, is_replayed=True)
        self._keep(answer["messages"])
        yield from self._next_messages()
        self.pages_until = newest if self.last_seq < newest else 0

    def _hold(self, version: int, event: Event) -> None:
        if len(self._held) < MOST_HELD:
            self._held[version] = event

    def _advance(self, event: Event) -> None:
        self.version = event.payload["version"]
        if event.name == "message:new":
            self.last_seq = max(self.last_seq, event.payload["message"]["seq"])

    def _keep(self, rows: Iterable[Mapping[str, Any]]) -> None:
        for row in rows:
            if row["seq"] > self.last_seq:
                self._early[row["seq"]] = row

    def _next_messages(self) -> Iterator[Event]:
        """Those that follow the last without a gap: one that changed meanwhile has a late version, and comes later."""
        while (row := self._early.pop(self.last_seq + 1, None)) is not None:
            self.last_seq += 1
            yield _of_row("message:new", row)

    def _all_early(self) -> Iterator[Event]:
        for seq in sorted(self._early):
            self.last_seq = max(self.last_seq, seq)
            yield _of_row("message:new", self._early[seq])
        self._early.clear()

    def _changed(self, row: Mapping[str, Any]) -> Event:
        return _of_row("message:deleted" if row["isDeleted"] else "message:edited", row)


def _version_of(row: Mapping[str, Any]) -> int:
    return int(row["version"])


def _of_row(name: str, row: Mapping[str, Any]) -> Event:
    payload = {
        "conversationId": row["conversationId"],
        "version": row["version"],
        "actorId": row["senderId"],
        "message": row,
    }
    if name != "message:new":
        payload |= {"mentionsAdded": [], "mentionsRemoved": []}
    return Event(name, payload, is_replayed=True)
