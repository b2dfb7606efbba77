"""Requests below `/api`."""

from __future__ import annotations

import asyncio
from typing import Any, Mapping

import aiohttp

from .errors import ParleyError, error_in, timeout
from .tokens import Tokens

#: Seconds.
ANSWERED_WITHIN = 30.0


class Rest:
    """JSON requests with the client's token; one that is refused is replaced once."""

    def __init__(self, url: str, tokens: Tokens) -> None:
        self._base = f"{url.rstrip('/')}/api"
        self._tokens = tokens

    async def request(self, method: str, path: str, body: Any = None) -> Any:
        """
        The answer's JSON; ``None`` where it has none. Raises `ParleyError`: the server's, ``offline`` where nobody
        answers, ``timeout``, ``service_unavailable`` where something else than Parley does.
        """
        token = await self._tokens.current()
        try:
            return await self._once(method, path, body, token)
        except ParleyError as error:
            if not error.is_of_token or not self._tokens.has_more:
                raise
        return await self._once(method, path, body, await self._tokens.current(refused=token))

    async def _once(self, method: str, path: str, body: Any, token: str | None) -> Any:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        limit = aiohttp.ClientTimeout(total=ANSWERED_WITHIN)
        url = f"{self._base}/{path.lstrip('/')}"
        try:
            async with aiohttp.ClientSession(headers=headers, timeout=limit) as session:
                async with session.request(method, url, json=body) as answer:
                    return await _read(answer)
        except asyncio.TimeoutError:
            raise timeout() from None
        except aiohttp.ClientError as fault:
            raise ParleyError("offline", str(fault), retryable=True) from None


async def _read(answer: aiohttp.ClientResponse) -> Any:
    text = await answer.text()
    told = await answer.json() if text and answer.content_type == "application/json" else None
    if answer.status < 400:
        return told
    error = error_in(told.get("error")) if isinstance(told, Mapping) else None
    raise error or ParleyError("service_unavailable", f"HTTP {answer.status}", retryable=answer.status >= 500)
