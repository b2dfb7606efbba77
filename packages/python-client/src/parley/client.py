"""The client for asyncio."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any, Awaitable, Callable, Iterable, Mapping

from .comeback import back_off
from .commands import Commands
from .connection import Connection
from .errors import ParleyError, closed, timeout
from .events import Event
from .handlers import Handler, Handlers, Item, call_here
from .outbox import Outbox
from .rest import Rest
from .resume import Resume
from .sender import Sender
from .tokens import Tokens, TokenSource

#: Of an answer that brings what was missed; seconds.
CAUGHT_UP_WITHIN = 40.0


class AsyncClient(Commands[Awaitable[Any]]):
    """
    One user's client. Use it from one event loop, and close it: ``async with AsyncClient(url, token) as client``.

    Handlers are called one after the other: every durable event of a conversation once, in its order, also those that
    happened while the client was away. What waits for a slow handler is kept in memory.
    """

    def __init__(
        self,
        url: str,
        token: TokenSource,
        *,
        position: Mapping[str, Any] | None = None,
        outbox_most: int = 1000,
        invoke: Callable[[Handler, Event], Awaitable[None]] = call_here,
    ) -> None:
        """
        :param url: of the deployment, with its ``BASE_PATH`` if it has one.
        :param token: an access token, or a function that brings one (and may be a coroutine function): called with
            ``connect``, with ``expiring`` when the present one ends soon, with ``refused`` for another than the last.
        :param position: what ``position`` was in an earlier process: handlers get what happened since.
        :param outbox_most: messages that may wait to be sent.
        :param invoke: calls a handler, where it is not to be called in the event loop.
        """
        self._tokens = Tokens(token)
        self._rest = Rest(url, self._tokens)
        self._connection = Connection(url, self._tokens, self._hear, self._lost)
        self._resume = Resume(position)
        self._sender = Sender(self._connection.ask, Outbox(outbox_most))
        self._handlers = Handlers(position or {}, invoke)
        self._tasks: list[asyncio.Task[None]] = []
        self._handling: asyncio.Task[None] | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self._is_ready = False
        self._online = asyncio.Event()
        self._ended: asyncio.Future[None] | None = None

    async def __aenter__(self) -> AsyncClient:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def on(self, name: str, handler: Handler | None = None) -> Any:
        """
        Calls ``handler(event)``, a function or a coroutine function, with every `Event` of this name, or with all where
        it is ``*``. Without a handler it decorates one.
        """
        return self._handlers.on(name, handler)

    @property
    def position(self) -> dict[str, Any]:
        """Where the handlers have come to, to be saved as JSON and given to the next process."""
        return self._handlers.position

    @property
    def is_online(self) -> bool:
        """Whether it is connected, and has what happened until then."""
        return self._online.is_set()

    async def connect(self, within: float | None = None) -> None:
        """
        Returns once it is connected and has caught up, however long that takes. Raises the server's final refusal, or
        ``timeout`` after so many seconds; the client is closed then.
        """
        if self._ended is None:
            self._ended = asyncio.get_running_loop().create_future()
            # Nobody has to wait for it.
            self._ended.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            works = (self._handlers.run, self._connection.run, self._sender.run)
            self._tasks = [asyncio.ensure_future(self._guard(work)) for work in works]
            self._handling = self._tasks[0]
        online = asyncio.ensure_future(self._online.wait())
        done, _ = await asyncio.wait((online, self._ended), timeout=within, return_when=asyncio.FIRST_COMPLETED)
        online.cancel()
        if not done:
            await self.close()
            raise timeout()
        if online not in done:
            raise self._ended.exception() or closed()

    async def wait_closed(self) -> None:
        """Returns once the client was closed. Raises `ParleyError` where the server wanted it no more."""
        if self._ended is not None:
            await asyncio.shield(self._ended)

    async def close(self) -> None:
        """Disconnects. What was not sent yet fails with ``closed``; a handler may call it too."""
        self._finish(None)
        await asyncio.gather(*self._others(), return_exceptions=True)

    def reconnect(self) -> None:
        """Gives the present connection up, as after a loss: for a program that knows that the network has changed."""
        self._connection.drop()

    def send(
        self, conversation_id: str, content: str, *, client_message_id: str | None = None, **more: Any
    ) -> Awaitable[Mapping[str, Any]]:
        """
        Queues a message at once; awaited, it gives the acknowledgement, ``{messageId, clientMessageId, seq, …}``, once
        the server has it: after however many connections, under one id, in the order of the calls within a
        conversation. Raises the server's refusal, ``outbox_full`` or ``closed``. ``more``: ``type``, ``metadata``,
        ``replyToId``.
        """
        message_id = client_message_id or str(uuid.uuid4())
        command = {"conversationId": conversation_id, "content": content, "clientMessageId": message_id, **more}
        return self._sender.send(command)

    async def call(self, name: str, *payloads: Any) -> Any:
        return await self._connection.ask(name, *payloads)

    async def request(self, method: str, path: str, body: Any = None) -> Any:
        return await self._rest.request(method, path, body)

    async def _guard(self, work: Callable[[], Awaitable[None]]) -> None:
        """The client ends with what ends any of its works: a final refusal, or a defect."""
        try:
            await work()
        except Exception as fault:
            self._finish(fault)

    def _finish(self, fault: Exception | None) -> None:
        self._is_ready = False
        self._online.clear()
        self._sender.end(fault if isinstance(fault, ParleyError) else closed())
        self._handlers.end()
        for task in self._others():
            # Where the server has ended it, handlers still get what came before.
            if fault is None or task is not self._handling:
                task.cancel()
        if self._ended is None or self._ended.done():
            return
        if fault is None:
            self._ended.set_result(None)
        else:
            self._ended.set_exception(fault)

    def _others(self) -> list[asyncio.Task[None]]:
        """The client's tasks but the present one."""
        tasks = [*self._tasks, *([self._catching_up] if self._catching_up else [])]
        return [task for task in tasks if task is not asyncio.current_task()]

    def _hear(self, name: str, payload: Mapping[str, Any]) -> None:
        self._hand_on(self._resume.hear(Event(name, payload)))
        if name == "ready":
            self._is_ready = True
            self._hand_on(self._resume.begin(payload))
        if self._is_ready and self._catching_up is None and self._resume.next_command() is not None:
            self._catching_up = asyncio.ensure_future(self._guard(self._catch_up))

    def _lost(self, was_ready: bool, error: ParleyError | None) -> None:
        lost = {"wasReady": was_ready, "error": error.told if error else None}
        self._handlers.put(Event("connection:lost", lost))
        self._is_ready = False
        self._online.clear()
        self._sender.pause()
        if self._catching_up is not None:
            self._catching_up.cancel()
            self._catching_up = None

    async def _catch_up(self) -> None:
        failures = 0
        while (command := self._resume.next_command()) is not None:
            try:
                answer = await self._connection.ask(*command, within=CAUGHT_UP_WITHIN)
            except ParleyError as error:
                failures += 1
                if error.retryable or command[0] == "sync":
                    await asyncio.sleep(error.retry_after or back_off(failures - 2))
                    continue
                # A conversation that may not be read any more has no further pages.
                answer = {"items": []}
            failures = 0
            self._hand_on(self._resume.take(command, answer))
        self._catching_up = None
        self._online.set()
        self._sender.resume()

    def _hand_on(self, items: Iterable[Item]) -> None:
        for item in items:
            self._handlers.put(item)
