"""Where tokens come from."""

from __future__ import annotations

import asyncio
from typing import Awaitable, Callable, Optional, Union

from .comeback import TokenReason

#: A source that has not answered by then has failed; seconds.
ANSWER_WITHIN = 20.0

#: Called with the reason; brings an access token, or ``None`` where nobody is signed in.
TokenProvider = Callable[[TokenReason], Union[Optional[str], Awaitable[Optional[str]]]]
TokenSource = Union[str, TokenProvider]


class Tokens:
    """The tokens of one client; the last one is kept for requests."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source
        self._held: str | None = source if isinstance(source, str) else None

    @property
    def has_more(self) -> bool:
        return not isinstance(self._source, str)

    async def ask(self, reason: TokenReason) -> str | None:
        """A token for this reason. Raises what the provider raises, and `asyncio.TimeoutError`."""
        if isinstance(self._source, str):
            return self._source
        brought = self._source(reason)
        if isinstance(brought, str) or brought is None:
            self._held = brought
        else:
            self._held = await asyncio.wait_for(brought, ANSWER_WITHIN)
        return self._held

    async def current(self, refused: str | None = None) -> str | None:
        """For a request: the kept one, or another where that was refused."""
        if self._held is None:
            return await self.ask("connect")
        if self._held == refused:
            return await self.ask("refused")
        return self._held
