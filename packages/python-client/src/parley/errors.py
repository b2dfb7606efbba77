"""What a command, a request or a connection ends with when it fails."""

from __future__ import annotations

from typing import Any, Mapping

#: The server's codes, as docs/protocol.md lists them. Another server at the same address may answer anything else.
CODES = frozenset(
    """validation_failed unauthenticated token_expired forbidden not_found conflict idempotency_conflict
    content_too_long too_large unsupported_media_type rate_limited bad_frames internal unsupported
    service_unavailable draining slow_consumer storage_full""".split()
)


class ParleyError(Exception):
    """
    A refusal.

    ``code`` is one of the server's (docs/protocol.md, Errors), or of this package: ``offline`` (there is no
    connection), ``timeout`` (no answer in time: whether the command was run is not known), ``outbox_full``, ``closed``
    (the client was closed before the answer came). ``retryable`` says whether the same may succeed when it is repeated;
    ``retry_after`` is in seconds, or ``None``; ``details`` are ``{"path", "message"}``; ``client_message_id`` names the
    send.
    """

    def __init__(self, code: str, message: str, *, retryable: bool = False, told: Mapping[str, Any] = {}) -> None:
        """:param told: the server's error object."""
        super().__init__(f"{code}: {message}")
        wait = told.get("retryAfterMs")
        #: The error object as the server told it.
        self.told = dict(told)
        self.code = code
        self.message = message
        self.retryable = retryable
        self.retry_after: float | None = None if wait is None else wait / 1000
        self.details: list[Mapping[str, str]] = list(told.get("details") or [])
        self.request_id: str = told.get("requestId", "")
        self.client_message_id: str | None = told.get("clientMessageId")

    @property
    def is_of_token(self) -> bool:
        """Whether another token may be let in where this one was not."""
        return self.code in ("unauthenticated", "token_expired")


def error_in(value: Any) -> ParleyError | None:
    """The refusal that an error object of the protocol stands for; ``None`` for anything else."""
    if not isinstance(value, Mapping) or value.get("code") not in CODES:
        return None
    message, retryable = value.get("message"), value.get("retryable")
    if not isinstance(message, str) or not isinstance(retryable, bool):
        return None
    return ParleyError(value["code"], message, retryable=retryable, told=value)


def offline() -> ParleyError:
    return ParleyError("offline", "There is no connection.", retryable=True)


def timeout() -> ParleyError:
    return ParleyError("timeout", "The server did not answer in time.", retryable=True)


def closed() -> ParleyError:
    return ParleyError("closed", "The client was closed.")
