"""Client of Parley: `AsyncClient` for asyncio, `Client` for threads."""

from .client import AsyncClient
from .errors import ParleyError
from .events import Event
from .threads import Client

__all__ = ["AsyncClient", "Client", "Event", "ParleyError"]
