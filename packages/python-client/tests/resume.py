from __future__ import annotations

import unittest
from typing import Any, Iterable

from parley.events import Event, Reached
from parley.resume import Resume

ME = "me"


def a_row(seq: int, version: int, is_deleted: bool = False) -> dict[str, Any]:
    return {"conversationId": "a", "seq": seq, "version": version, "senderId": "ada", "isDeleted": is_deleted}


def new(version: int, seq: int) -> Event:
    return Event("message:new", {"conversationId": "a", "version": version, "message": a_row(seq, version)})


def removed(version: int, user_id: str) -> Event:
    return Event("member:removed", {"conversationId": "a", "version": version, "userId": user_id})


def an_item(version: int, last_seq: int, conversation_id: str = "a") -> dict[str, Any]:
    return {"id": conversation_id, "version": version, "receipts": 0, "lastSeq": last_seq}


def a_part(version: int, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    item = an_item(version, max((row["seq"] for row in rows), default=0))
    part = {"conversation": item, "messages": rows, "members": [], "version": version, "receipts": 0}
    return {**part, "hasMore": False, "reset": False, **more}


def an_answer(*added: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = {"epoch": "e", "cursor": 1, "added": list(added), "removed": [], "conversations": {}, "hasMore": False}
    return {**answer, **more}


def told(items: Iterable[object]) -> list[str]:
    """``new 3`` with a ``+`` where it is replayed, a line for each event."""
    lines = []
    for item in items:
        if isinstance(item, Event):
            number = item.payload["message"]["seq"] if "message" in item.payload else item.payload.get("version", "")
            lines.append(f"{item.name.split(':')[1]} {number}{'+' * item.is_replayed}".replace(" +", "+"))
    return lines


class ResumeTest(unittest.TestCase):
    """One conversation at version 10 with 5 messages, unless a test begins otherwise."""

    def setUp(self) -> None:
        self.resume = Resume()
        self.begin()
        self.answer(an_answer(an_item(10, 5)))

    def begin(self, epoch: str = "e") -> list[str]:
        return told(self.resume.begin({"userId": ME, "epoch": epoch}))

    def hear(self, *events: Event) -> list[str]:
        return [line for event in events for line in told(self.resume.hear(event))]

    def answer(self, answer: dict[str, Any]) -> list[str]:
        command = self.resume.next_command()
        assert command is not None
        return told(self.resume.take(command, answer))

    def part(self, part: dict[str, Any], has_more: bool = False) -> list[str]:
        return self.answer(an_answer(conversations={"a": part}, hasMore=has_more))

    def test_hands_on_live_events_once_and_in_order_and_asks_for_nothing(self) -> None:
        self.assertEqual(self.hear(new(11, 6), new(11, 6), new(12, 7), new(9, 5)), ["new 6", "new 7"])
        self.assertIsNone(self.resume.next_command())

    def test_asks_where_a_version_was_skipped_and_then_goes_on_with_what_came_meanwhile(self) -> None:
        self.assertEqual(self.hear(new(13, 8)), [])
        command = self.resume.next_command()
        asked = {"conversations": {"a": {"version": 10, "receipts": 0}}, "epoch": "e", "cursor": 1}
        self.assertEqual(command, ("sync", asked))
        self.hear(new(14, 9))
        missed = a_part(13, [a_row(6, 11), a_row(7, 12), a_row(8, 13)])
        self.assertEqual(self.part(missed), ["new 6+", "new 7+", "new 8+", "synced 13+", "new 9"])
        self.assertIsNone(self.resume.next_command())

    def test_asks_again_where_a_version_is_still_missing_among_what_came_meanwhile(self) -> None:
        self.hear(new(13, 8))
        self.hear(new(16, 11))
        self.assertEqual(self.part(a_part(13, [a_row(6, 11), a_row(7, 12), a_row(8, 13)]))[-1], "synced 13+")
        self.assertEqual(self.resume.next_command()[1]["conversations"]["a"]["version"], 13)  # type: ignore[index]

    def test_hands_on_messages_by_seq_though_one_that_changed_comes_later(self) -> None:
        self.begin()
        first = a_part(14, [a_row(7, 13), a_row(2, 14, is_deleted=True)], hasMore=True)
        self.assertEqual(self.part(first, has_more=True), ["deleted 2+"])
        self.assertEqual(self.part(a_part(15, [a_row(6, 15)])), ["new 6+", "new 7+", "synced 15+"])

    def test_goes_on_from_where_an_answer_had_no_room_for_a_conversation(self) -> None:
        self.begin()
        self.assertEqual(self.part({"version": 10, "receipts": 0, "hasMore": True}, has_more=True), [])
        self.assertEqual(self.hear(new(11, 6)), [])
        self.assertEqual(self.answer(an_answer()), ["new 6"])

    def test_fetches_the_messages_between_after_a_reset(self) -> None:
        self.begin()
        part = a_part(9000, [a_row(300, 8999), a_row(301, 9000)], reset=True)
        self.assertEqual(self.part(part), ["reset+", "synced 9000+"])
        self.assertEqual(self.hear(new(9001, 302)), [])
        after = {"conversationId": "a", "after": "5", "limit": 100}
        self.assertEqual(self.resume.next_command(), ("conversation:open", after))
        lines = []
        for start in (6, 106, 206):
            rows = [a_row(seq, 100) for seq in range(start, min(start + 100, 300))]
            lines += self.answer({"items": rows})
        self.assertEqual(lines, [*(f"new {seq}+" for seq in range(6, 302)), "new 302"])
        self.assertIsNone(self.resume.next_command())

    def test_begins_anew_with_a_restored_database_and_says_so(self) -> None:
        self.assertEqual(self.begin("another"), ["reset+"])
        self.assertEqual(self.resume.next_command(), ("sync", {"conversations": {}, "epoch": "another"}))
        self.assertEqual(self.answer(an_answer(an_item(3, 1), epoch="another")), [])
        self.assertEqual(self.hear(new(4, 2)), ["new 2"])

    def test_keeps_the_events_that_come_before_the_first_answer(self) -> None:
        self.resume = Resume()
        self.begin()
        self.assertEqual(self.hear(new(11, 6)), [])
        self.assertEqual(self.answer(an_answer(an_item(10, 5))), ["new 6"])

    def test_hands_on_what_it_heard_before_the_first_answer_though_that_is_newer(self) -> None:
        self.resume = Resume()
        self.begin()
        self.assertEqual(self.hear(new(10, 5), new(11, 6)), [])
        self.assertEqual(self.answer(an_answer(an_item(12, 7))), ["new 5", "new 6"])
        self.assertEqual(self.hear(new(12, 7)), ["new 7"])

    def test_follows_a_conversation_from_its_beginning(self) -> None:
        created = Event("conversation:created", {"conversation": an_item(3, 2, "b"), "version": 1})
        self.assertEqual(self.hear(created), ["created 1"])
        message = {"conversationId": "b", "version": 2, "message": {"seq": 1}}
        self.assertEqual(self.hear(Event("message:new", message)), ["new 1"])

    def test_tells_which_conversations_were_gained_and_lost_meanwhile(self) -> None:
        self.begin()
        answer = an_answer(an_item(4, 1, "b"), removed=["a"])
        self.assertEqual(self.answer(answer), ["removed+", "created 4+"])
        self.assertEqual(self.hear(new(11, 6)), [])

    def test_follows_no_conversation_that_it_was_removed_from(self) -> None:
        self.assertEqual(self.hear(removed(11, "another"), removed(12, ME)), ["removed 11", "removed 12"])
        self.assertEqual(self.hear(new(13, 6)), [])

    def test_goes_on_in_another_process_from_a_saved_position(self) -> None:
        place = {"version": 8, "receipts": 0, "lastSeq": 4}
        self.resume = Resume({"epoch": "e", "cursor": 1, "conversations": {"a": place}})
        self.begin()
        self.assertEqual(self.hear(new(11, 6)), [])
        self.assertEqual(self.part(a_part(10, [a_row(3, 9), a_row(5, 10)])), ["new 5+", "edited 3+", "synced 10+", "new 6"])

    def test_tells_where_it_is_after_what_it_hands_on(self) -> None:
        event, reached = self.resume.hear(new(11, 6))
        self.assertEqual(reached, Reached("a", {"version": 11, "receipts": 0, "lastSeq": 6}))
        self.assertIsInstance(event, Event)
