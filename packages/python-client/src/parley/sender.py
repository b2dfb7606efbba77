"""Sends what is in the outbox while there is a connection."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, Awaitable, Callable, Mapping

from .errors import ParleyError
from .outbox import Entry, Outbox

Sent = Mapping[str, Any]


class Sender:
    """Drives an `Outbox`: each entry's future has the acknowledgement, or the refusal that ended it."""

    def __init__(self, ask: Callable[..., Awaitable[Sent]], outbox: Outbox) -> None:
        self._ask = ask
        self._outbox = outbox
        self._answers: dict[Entry, asyncio.Future[Sent]] = {}
        self._asking: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._is_open = False
        self._end: ParleyError | None = None

    def send(self, command: dict[str, Any]) -> asyncio.Future[Sent]:
        """
        Queues a message now. Raises ``outbox_full``, why it has ended where it has, and `TypeError` or `ValueError` where
        the message cannot be written as JSON.
        """
        if self._end is not None:
            raise self._end
        # A copy: what is repeated is what was given, whatever becomes of the original.
        entry = Entry(json.loads(json.dumps(command, allow_nan=False)))
        self._outbox.add(entry)
        answer: asyncio.Future[Sent] = asyncio.get_running_loop().create_future()
        self._answers[entry] = answer
        self._wake.set()
        return answer

    def resume(self) -> None:
        """There is a connection."""
        self._is_open = True
        self._wake.set()

    def pause(self) -> None:
        """There is none any more."""
        self._is_open = False
        self._outbox.pause()

    def end(self, error: ParleyError) -> None:
        """Nothing is sent from now on; what waits fails with this error."""
        self._end = self._end or error
        self.pause()
        for entry in self._outbox.clear():
            self._settle(entry, error=error)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self._wake.clear()
            now = time.monotonic()
            for entry in self._outbox.take_due(now) if self._is_open else []:
                asking = asyncio.ensure_future(self._give(entry))
                self._asking.add(asking)
                asking.add_done_callback(self._asking.discard)
            await self._woken(self._outbox.next_due(now) if self._is_open else None)

    async def _woken(self, within: float | None) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), within)
        except asyncio.TimeoutError:
            # The next one is due.
            pass

    async def _give(self, entry: Entry) -> None:
        try:
            answer = await self._ask("message:send", entry.command)
        except ParleyError as error:
            # After a loss `pause` has put it back.
            if error.code != "offline" and not self._outbox.failed(entry, error, time.monotonic()):
                self._settle(entry, error=error)
        else:
            self._outbox.acked(entry)
            self._settle(entry, answer=answer)
        self._wake.set()

    def _settle(self, entry: Entry, answer: Sent | None = None, error: ParleyError | None = None) -> None:
        waiting = self._answers.pop(entry, None)
        if waiting is None or waiting.done():
            return
        if error is not None:
            waiting.set_exception(error)
        elif answer is not None:
            waiting.set_result(answer)
