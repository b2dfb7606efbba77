"""What one can ask of Parley: the methods that both clients have. Each client says how an answer comes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, Iterable, Mapping, TypeVar
from urllib.parse import quote, urlencode

Answered = TypeVar("Answered")


class Commands(ABC, Generic[Answered]):
    """
    Payloads and answers are those of docs/protocol.md, as dictionaries. Whatever fails raises `ParleyError`; commands
    fail with ``offline`` where there is no connection, and are not repeated: only `send` is.
    """

    @abstractmethod
    def call(self, name: str, *payloads: Any) -> Answered:
        """Any command by its name; its acknowledgement, ``success`` included."""

    @abstractmethod
    def request(self, method: str, path: str, body: Any = None) -> Answered:
        """Any REST request, ``path`` being what follows ``/api/``; its JSON."""

    def edit(self, message_id: str, content: str, **more: Any) -> Answered:
        """→ ``{version, message}``. ``more``: ``metadata``, ``ifVersion``."""
        return self.call("message:edit", {"messageId": message_id, "content": content, **more})

    def delete(self, message_id: str) -> Answered:
        """→ ``{version, message}``."""
        return self.call("message:delete", {"messageId": message_id})

    def react(self, message_id: str, emoji: str) -> Answered:
        """→ ``{version, changed, reactions}``."""
        return self.call("reaction:add", {"messageId": message_id, "emoji": emoji})

    def unreact(self, message_id: str, emoji: str) -> Answered:
        """→ ``{version, changed, reactions}``."""
        return self.call("reaction:remove", {"messageId": message_id, "emoji": emoji})

    def read(self, conversation_id: str, seq: int) -> Answered:
        """→ ``{lastReadSeq, lastDeliveredSeq, unreadCount, mentionCount, lastSeq}``. Markers only move forward."""
        return self.call("message:read", {"conversationId": conversation_id, "seq": seq})

    def delivered(self, conversation_id: str, seq: int) -> Answered:
        """As `read`."""
        return self.call("message:delivered", {"conversationId": conversation_id, "seq": seq})

    def start_typing(self, conversation_id: str) -> Answered:
        """Lasts 3 seconds: repeat it every 2 while somebody types."""
        return self.call("typing:start", {"conversationId": conversation_id})

    def stop_typing(self, conversation_id: str) -> Answered:
        return self.call("typing:stop", {"conversationId": conversation_id})

    def watch_presence(self, user_ids: Iterable[str]) -> Answered:
        """→ ``{users: {id: {isOnline, isAway, lastSeenAt}}}``; replaces those watched before, on this connection."""
        return self.call("presence:subscribe", {"userIds": list(user_ids)})

    def history(self, conversation_id: str, **page: Any) -> Answered:
        """
        → ``{items, nextCursor, hasMore, users}``, ascending by ``seq``. ``page``: ``limit`` (50; at most 100) and at
        most one of ``before``, ``after``, ``around`` (a seq, a message id or an ISO time).
        """
        return self.request("GET", f"conversations/{quote(conversation_id)}/messages{_query(page)}")

    def conversations(self, **page: Any) -> Answered:
        """→ ``{items, nextCursor, hasMore, users}``. ``page``: ``cursor``, ``limit``, ``archived``."""
        return self.request("GET", f"conversations{_query(page)}")

    def create_group(self, name: str, member_ids: Iterable[str]) -> Answered:
        """→ the conversation."""
        return self.request("POST", "conversations", {"type": "group", "name": name, "memberIds": list(member_ids)})

    def create_direct(self, user_id: str) -> Answered:
        """→ the conversation with that person, also where there is one already."""
        return self.request("POST", "conversations", {"type": "direct", "memberIds": [user_id]})


def _query(given: Mapping[str, Any]) -> str:
    return f"?{urlencode(given)}" if given else ""
