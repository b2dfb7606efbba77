"""Whether, when and with which token a connection that has ended is tried again. No input or output."""

from __future__ import annotations

import random
from typing import Callable, Literal

from .errors import ParleyError

FIRST = 2.0
LONGEST = 30.0
#: However long a server wants a client away; seconds.
LONGEST_AWAY = 300.0

#: ``connect``: any token that is still good. ``expiring``: the next one. ``refused``: another than the last.
TokenReason = Literal["connect", "expiring", "refused"]


def back_off(failures: int, chance: Callable[[], float] = random.random) -> float:
    """
    Seconds to wait after so many failures in a row (1, 2, …): between half of a step and the whole of it, so that those
    who failed together do not come back together. Steps double from 2 s to 30 s.
    """
    step = min(LONGEST, FIRST * 2.0 ** min(failures - 1, 8))
    return step * (1 + chance()) / 2


class Comeback:
    """
    The rules of coming back: without end where the server may be tried again (close codes 4000–4499, no network), never
    with a token that was refused, once at once with another one, and not at all after any other final refusal.
    """

    def __init__(self, has_more_tokens: bool, chance: Callable[[], float] = random.random) -> None:
        """:param has_more_tokens: whether the program can bring another token than the first."""
        self.reason: TokenReason = "connect"
        self._has_more_tokens = has_more_tokens
        self._chance = chance
        self._failures = 0
        self._away = 0.0
        self._refused_token: str | None = None

    def ready(self) -> None:
        """The server has let us in."""
        self._failures = 0
        self._refused_token = None
        self.reason = "connect"

    def draining(self, seconds: float) -> None:
        """The server wants us back after so long, whenever it closes."""
        self._away = seconds

    def takes(self, token: str) -> bool:
        """Whether the token may be shown: the one that was refused before may not."""
        return token != self._refused_token

    def after(self, error: ParleyError | None, token: str | None = None) -> float:
        """
        Seconds until the next attempt, whose token is to be asked for with ``reason``. Raises the error where there is
        to be none.

        :param error: what the server said; ``None`` where the network was lost or anything else has answered.
        :param token: the one that was shown.
        """
        away, self._away = self._away, 0.0
        if error is not None and error.is_of_token:
            return self._with_another(error, token)
        if error is not None and not error.retryable:
            raise error
        self._failures += 1
        asked = (error.retry_after or 0.0) if error else 0.0
        return max(back_off(self._failures, self._chance), min(LONGEST_AWAY, max(asked, away)))

    def _with_another(self, error: ParleyError, token: str | None) -> float:
        if not self._has_more_tokens or self._refused_token is not None:
            raise error
        self._refused_token = token
        self.reason = "refused"
        return 0.0
