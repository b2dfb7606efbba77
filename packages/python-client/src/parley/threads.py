"""The client for programs with threads."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Callable, Coroutine, Mapping, Optional, Union

from .client import AsyncClient
from .comeback import TokenReason
from .commands import Commands
from .events import Event
from .handlers import Handler
from .tokens import TokenProvider, TokenSource

#: As for `AsyncClient`, but it may take its time: it is called in a thread of its own.
BlockingTokenSource = Union[str, Callable[[TokenReason], Optional[str]]]


class Client(Commands[Any]):
    """
    One user's client, for use from any thread: an `AsyncClient` in a thread of its own, whose methods wait. (The client
    for threads of python-socketio calls each handler in another new thread, so that their order is lost.)

    Handlers are called in one thread of theirs, one after the other, and may use the client. Close it:
    ``with Client(url, token) as client``.
    """

    def __init__(
        self,
        url: str,
        token: BlockingTokenSource,
        *,
        position: Mapping[str, Any] | None = None,
        outbox_most: int = 1000,
    ) -> None:
        """As for `AsyncClient`."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="parley", daemon=True)
        self._handling = ThreadPoolExecutor(1, "parley-handlers")
        source: TokenSource = token if isinstance(token, str) else self._provider(token)
        self._client = AsyncClient(url, source, position=position, outbox_most=outbox_most, invoke=self._invoke)
        self._thread.start()

    def __enter__(self) -> Client:
        self.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def on(self, name: str, handler: Handler | None = None) -> Any:
        """As of `AsyncClient`; handlers are plain functions."""
        return self._client.on(name, handler)

    @property
    def position(self) -> dict[str, Any]:
        """As of `AsyncClient`."""
        return self._client.position

    @property
    def is_online(self) -> bool:
        """As of `AsyncClient`."""
        return self._client.is_online

    def connect(self, within: float | None = None) -> None:
        """As of `AsyncClient`."""
        self._wait(self._client.connect(within))

    def wait_closed(self) -> None:
        """As of `AsyncClient`."""
        self._wait(self._client.wait_closed())

    def close(self) -> None:
        """As of `AsyncClient`. It cannot be used again."""
        if self._loop.is_closed():
            return
        self._wait(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._handling.shutdown(wait=False)

    def reconnect(self) -> None:
        """As of `AsyncClient`."""
        self._loop.call_soon_threadsafe(self._client.reconnect)

    def post(self, conversation_id: str, content: str, **more: Any) -> Future[Mapping[str, Any]]:
        """Queues a message at once; the future has what `send` returns."""

        async def send() -> Mapping[str, Any]:
            return await self._client.send(conversation_id, content, **more)

        return asyncio.run_coroutine_threadsafe(send(), self._loop)

    def send(self, conversation_id: str, content: str, **more: Any) -> Mapping[str, Any]:
        """As of `AsyncClient`: returns once the server has it."""
        return self.post(conversation_id, content, **more).result()

    def call(self, name: str, *payloads: Any) -> Any:
        return self._wait(self._client.call(name, *payloads))

    def request(self, method: str, path: str, body: Any = None) -> Any:
        return self._wait(self._client.request(method, path, body))

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _provider(self, bring: Callable[[TokenReason], Optional[str]]) -> TokenProvider:
        return lambda reason: self._loop.run_in_executor(None, bring, reason)

    async def _invoke(self, handler: Handler, event: Event) -> None:
        await self._loop.run_in_executor(self._handling, handler, event)
