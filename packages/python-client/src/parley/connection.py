"""Keeps one connection open for as long as it is wanted, by the rules of `Comeback`."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Callable, Mapping, Optional

from .comeback import Comeback, TokenReason
from .errors import ParleyError, offline
from .tokens import Tokens
from .wire import Answer, Wire

#: Until then a command is answered, or it is not known what became of it; seconds.
ANSWERED_WITHIN = 10.0

OnLost = Callable[[bool, Optional[ParleyError]], None]

log = logging.getLogger("parley")


class Connection:
    """One user's connection, over as many sockets as it takes."""

    def __init__(
        self, url: str, tokens: Tokens, on_event: Callable[[str, Any], None], on_lost: OnLost
    ) -> None:
        """
        :param on_event: every event in the order of arrival.
        :param on_lost: an attempt is over, whether it was ever ready, and why; unanswered commands have failed.
        """
        self._url = url
        self._tokens = tokens
        self._on_event = on_event
        self._on_lost = on_lost
        self._comeback = Comeback(tokens.has_more)
        self._wire: Wire | None = None
        self._was_ready = False
        self._refreshing: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Connects and comes back until it is cancelled. Raises `ParleyError` where the server wants us no more."""
        while True:
            delay = await self._attempt()
            await asyncio.sleep(delay)

    async def ask(self, name: str, *payloads: Any, within: float = ANSWERED_WITHIN) -> Answer:
        """Gives a command. Raises what `Wire.ask` raises; ``offline`` at once where there is no connection."""
        if self._wire is None:
            raise offline()
        return await self._wire.ask(name, payloads, within)

    def drop(self) -> None:
        """Closes the present socket; the next one follows as after any loss."""
        if self._wire is not None:
            self._wire.close()

    async def _attempt(self) -> float:
        """One socket from its opening to its end. Returns the seconds to wait before the next."""
        token = await self._bring(self._comeback.reason)
        if token is None:
            return self._comeback.after(None)
        wire = self._wire = Wire(self._url, token, self._hear)
        error: ParleyError | None = None
        try:
            error = await wire.run()
        finally:
            self._lose(error)
        return self._comeback.after(error, token)

    async def _bring(self, reason: TokenReason) -> str | None:
        """``None`` where none could be had just now."""
        try:
            token = await self._tokens.ask(reason)
        except ParleyError as error:
            if not error.retryable:
                raise
            return None
        except Exception:
            log.warning("The token provider failed; it is called again later.", exc_info=True)
            return None
        if token is None or not self._comeback.takes(token):
            raise ParleyError("unauthenticated", "There is no token that the server takes.")
        return token

    def _hear(self, name: str, payload: Mapping[str, Any]) -> None:
        if name == "ready":
            self._was_ready = True
            self._comeback.ready()
        elif name == "server:draining":
            self._comeback.draining(payload["reconnectAfterMs"] / 1000)
        elif name == "auth:expiring" and self._tokens.has_more:
            self._refreshing = asyncio.ensure_future(self._refresh())
        self._on_event(name, payload)

    async def _refresh(self) -> None:
        """Shows the next token on the open socket. Where that fails the server closes at the end of the present one."""
        wire = self._wire
        token = await self._bring("expiring")
        if token is None or wire is None:
            return
        try:
            await wire.ask("auth:refresh", ({"token": token},), ANSWERED_WITHIN)
        except ParleyError as error:
            if error.is_of_token:
                wire.close(error)

    def _lose(self, error: ParleyError | None) -> None:
        self._wire = None
        if self._refreshing is not None:
            self._refreshing.cancel()
        was_ready, self._was_ready = self._was_ready, False
        self._on_lost(was_ready, error)
