"""Calls the program's handlers, one after the other."""

from __future__ import annotations

import asyncio
import inspect
import logging
from typing import Any, Awaitable, Callable, Mapping, Optional, Union

from .events import Event, Place, Reached

#: A function or a coroutine function.
Handler = Callable[[Event], Any]
Item = Union[Event, Reached, Place]

log = logging.getLogger("parley")


async def call_here(handler: Handler, event: Event) -> None:
    """Calls it in the event loop."""
    result = handler(event)
    if inspect.isawaitable(result):
        await result


class Handlers:
    """Events in the order in which they were put; where a handler fails that is logged, and the next one is called."""

    def __init__(self, saved: Mapping[str, Any], invoke: Callable[[Handler, Event], Awaitable[None]]) -> None:
        self._invoke = invoke
        self._by_name: dict[str, list[Handler]] = {}
        self._queue: asyncio.Queue[Optional[Item]] = asyncio.Queue()
        self._place: Mapping[str, Any] = {key: saved[key] for key in ("epoch", "cursor") if key in saved}
        self._reached: dict[str, Mapping[str, int]] = dict(saved.get("conversations", {}))

    @property
    def position(self) -> dict[str, Any]:
        """What they have come to."""
        return {**self._place, "conversations": dict(self._reached)}

    def on(self, name: str, handler: Handler | None = None) -> Any:
        def register(given: Handler) -> Handler:
            self._by_name.setdefault(name, []).append(given)
            return given

        return register if handler is None else register(handler)

    def put(self, item: Item) -> None:
        self._queue.put_nowait(item)

    def end(self) -> None:
        """Nothing comes any more."""
        self._queue.put_nowait(None)

    async def run(self) -> None:
        """Until everything before `end` is handled."""
        while (item := await self._queue.get()) is not None:
            if isinstance(item, Event):
                await self._call(item)
            elif isinstance(item, Place):
                self._place = {"epoch": item.epoch, "cursor": item.cursor}
            elif item.position is None:
                self._reached.pop(item.conversation_id, None)
            else:
                self._reached[item.conversation_id] = item.position

    async def _call(self, event: Event) -> None:
        for handler in [*self._by_name.get(event.name, []), *self._by_name.get("*", [])]:
            try:
                await self._invoke(handler, event)
            except Exception:
                log.exception("A handler of %s failed.", event.name)
