"""One connection of python-socketio, from its opening to its end."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Callable, Mapping
from urllib.parse import urlsplit

import aiohttp
import socketio

from .errors import ParleyError, error_in, offline, timeout

#: What was not let in by then has failed; seconds.
READY_WITHIN = 20.0
#: A connection that is not closed in good order by then is cut; seconds.
CLOSED_WITHIN = 2.0
#: Room in a frame for the name, the number of the acknowledgement and the framing; bytes.
FRAME_HEAD = 256

Answer = Mapping[str, Any]


class Wire:
    """
    It never comes back; `Connection` opens another one. python-socketio's own reconnection is off: it repeats final
    refusals without end, and does not come back at all after a first connect that failed.
    """

    def __init__(self, url: str, token: str, on_event: Callable[[str, Any], None]) -> None:
        """:param on_event: called with every event in the order of arrival, from the event loop."""
        self._url = url
        self._token = token
        self._on_event = on_event
        self._closing: ParleyError | None = None
        self._is_ready = False
        self._frame_bytes = 0
        self._unanswered: set[asyncio.Future[Answer]] = set()
        self._reading: asyncio.Future[None] | None = None
        #: Set once it is ready or has ended.
        self._is_decided = asyncio.Event()
        self._ending = asyncio.Event()

    async def run(self) -> ParleyError | None:
        """Opens it, and returns once it has ended: with what the server said of it, if it said anything."""
        async with aiohttp.ClientSession() as session:
            self._socket = self._new_socket(session)
            try:
                await asyncio.wait_for(self._open(), READY_WITHIN)
                await self._ending.wait()
            except (socketio.exceptions.ConnectionError, asyncio.TimeoutError, ValueError):
                # Nobody answers, or somebody who is no Parley.
                pass
            finally:
                self._end()
                await self._close_socket()
        return self._closing

    async def ask(self, name: str, payloads: tuple[Any, ...], within: float) -> Answer:
        """
        Gives a command and returns its acknowledgement. Raises its refusal, ``offline`` where the connection is not
        ready or has ended, ``timeout`` after so many seconds, ``too_large`` for what would cost the connection;
        `TypeError` or `ValueError` for what is no JSON.
        """
        if self._ending.is_set() or not self._is_ready:
            raise offline()
        # As the library writes it, with escapes for all that is not ASCII.
        if len(json.dumps(payloads, separators=(",", ":"), allow_nan=False)) > self._frame_bytes - FRAME_HEAD:
            raise ParleyError("too_large", "The request is too large.")
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._unanswered.add(answered)
        try:
            await self._socket.emit(name, payloads, callback=lambda answer=None: _settle(answered, answer))
            return await asyncio.wait_for(answered, within)
        except asyncio.TimeoutError:
            raise timeout() from None
        except socketio.exceptions.SocketIOError:
            raise offline() from None
        finally:
            self._unanswered.discard(answered)

    def close(self, why: ParleyError | None = None) -> None:
        """Ends it; `run` returns ``why``."""
        self._closing = self._closing or why
        self._end()

    def _new_socket(self, session: aiohttp.ClientSession) -> Any:
        socket = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=session)
        socket.on("*", self._hear)
        socket.on("connect_error", self._refused)
        socket.on("disconnect", lambda *_reason: self._end())
        return socket

    async def _open(self) -> None:
        parts = urlsplit(self._url)
        await self._socket.connect(
            f"{parts.scheme}://{parts.netloc}",
            auth={"token": self._token},
            transports=["websocket"],
            socketio_path=f"{parts.path.strip('/')}/socket.io".lstrip("/"),
            wait=False,
        )
        # The library tells of no end before the namespace is there, but its reading loop ends with the connection.
        reading = self._reading = asyncio.ensure_future(self._socket.eio.wait())
        reading.add_done_callback(lambda _: self._end())
        await self._is_decided.wait()

    async def _close_socket(self) -> None:
        try:
            await asyncio.wait_for(self._socket.disconnect(), CLOSED_WITHIN)
        except asyncio.TimeoutError:
            # Nobody is there to take leave of.
            pass
        if self._reading is not None:
            self._reading.cancel()

    def _hear(self, name: str, payload: Any = None, *_more: Any) -> None:
        if self._ending.is_set():
            return
        if name == "ready":
            self._frame_bytes = payload["limits"]["frameBytes"]
            self._is_ready = True
            self._is_decided.set()
        if name == "server:closing":
            self._closing = error_in(payload.get("error"))
        self._on_event(name, payload)
        # A refusal with a wait counts from now, whenever the server closes.
        if self._closing is not None and self._closing.retry_after is not None:
            self._end()

    def _refused(self, told: Any = None, *_more: Any) -> None:
        self._closing = error_in(told.get("data")) if isinstance(told, Mapping) else None
        self._end()

    def _end(self) -> None:
        self._ending.set()
        self._is_decided.set()
        for answered in self._unanswered:
            if not answered.done():
                answered.set_exception(offline())


def _settle(answered: asyncio.Future[Answer], answer: Any) -> None:
    if answered.done():
        return
    error = error_in(answer.get("error")) if isinstance(answer, Mapping) else offline()
    if error is None:
        answered.set_result(answer)
    else:
        answered.set_exception(error)
