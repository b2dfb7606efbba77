"""Messages on their way, and which of them may leave when. No input or output, and no clock: times are given."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any, Callable

from .comeback import back_off
from .errors import ParleyError

#: Conversations with a message on its way at the same time.
MOST_IN_FLIGHT = 8
#: A message that fails this often by a defect of the server's will not be taken: those behind it go on.
MOST_DEFECTS = 5


@dataclass(eq=False)
class Entry:
    """One message: ``command`` is the payload of ``message:send``, its ``clientMessageId`` included."""

    command: dict[str, Any]
    defects: int = 0

    @property
    def conversation_id(self) -> str:
        return str(self.command["conversationId"])


@dataclass(eq=False)
class _Lane:
    """The entries of one conversation in the order of sending; the first may be on its way."""

    entries: deque[Entry] = field(default_factory=deque)
    is_sending: bool = False
    failures: int = 0
    rests_until: float = 0.0


class Outbox:
    """
    Bounded, in order within a conversation, one at a time there, each repeated under its ``clientMessageId`` until it
    is answered.
    """

    def __init__(self, most: int = 1000, wait: Callable[[int], float] = back_off) -> None:
        """
        :param most: entries that it holds.
        :param wait: failures in a row → seconds until the next attempt, where the server asked for none.
        """
        self._most = most
        self._wait = wait
        self._size = 0
        self._held_until = 0.0
        self._lanes: OrderedDict[str, _Lane] = OrderedDict()

    def __len__(self) -> int:
        return self._size

    def add(self, entry: Entry) -> None:
        """Queues it behind those of its conversation. Raises ``outbox_full``."""
        if self._size >= self._most:
            raise ParleyError("outbox_full", f"{self._most} messages wait to be sent.", retryable=True)
        self._size += 1
        self._lanes.setdefault(entry.conversation_id, _Lane()).entries.append(entry)

    def take_due(self, now: float) -> list[Entry]:
        """What is to be sent now; each is answered by `acked`, `failed` or `pause`."""
        due: list[Entry] = []
        for conversation_id, lane in list(self._lanes.items()):
            if self._in_flight() >= MOST_IN_FLIGHT or now < self._held_until:
                break
            if lane.is_sending or now < lane.rests_until:
                continue
            lane.is_sending = True
            # Those that waited longest come first the next time.
            self._lanes.move_to_end(conversation_id)
            due.append(lane.entries[0])
        return due

    def next_due(self, now: float) -> float | None:
        """Seconds until `take_due` may have something that it has not now; ``None`` where only an answer brings it."""
        idle = [lane for lane in self._lanes.values() if not lane.is_sending]
        waits = [max(lane.rests_until, self._held_until) - now for lane in idle]
        return min((wait for wait in waits if wait > 0), default=None)

    def acked(self, entry: Entry) -> None:
        self._drop(entry)

    def failed(self, entry: Entry, error: ParleyError, now: float) -> bool:
        """Whether it will be repeated; otherwise it is dropped, and those behind it go on."""
        lane = self._lanes[entry.conversation_id]
        entry.defects += error.code == "internal"
        if not error.retryable or entry.defects >= MOST_DEFECTS:
            self._drop(entry)
            return False
        lane.is_sending = False
        lane.failures += 1
        until = now + (self._wait(lane.failures) if error.retry_after is None else error.retry_after)
        # The limit is on all that the user sends.
        if error.code == "rate_limited":
            self._held_until = until
        else:
            lane.rests_until = until
        return True

    def pause(self) -> None:
        """The connection has ended: what was on its way is sent again over the next one, without waiting."""
        self._held_until = 0.0
        for lane in self._lanes.values():
            lane.is_sending = False
            lane.failures = 0
            lane.rests_until = 0.0

    def clear(self) -> list[Entry]:
        """Empties it; what was in it."""
        entries = [entry for lane in self._lanes.values() for entry in lane.entries]
        self._lanes.clear()
        self._size = 0
        return entries

    def _in_flight(self) -> int:
        return sum(lane.is_sending for lane in self._lanes.values())

    def _drop(self, entry: Entry) -> None:
        lane = self._lanes[entry.conversation_id]
        lane.entries.popleft()
        self._size -= 1
        lane.is_sending = False
        lane.failures = 0
        lane.rests_until = 0.0
        if not lane.entries:
            del self._lanes[entry.conversation_id]
