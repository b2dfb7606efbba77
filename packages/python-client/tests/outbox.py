import unittest

from parley.errors import ParleyError
from parley.outbox import MOST_DEFECTS, MOST_IN_FLIGHT, Entry, Outbox

from .comeback import an_error


def an_entry(conversation_id: str, content: str = "") -> Entry:
    return Entry({"conversationId": conversation_id, "content": content})


class OutboxTest(unittest.TestCase):
    def setUp(self) -> None:
        self.outbox = Outbox(most=50, wait=lambda failures: 2.0**failures)

    def add(self, *conversations: str) -> list[Entry]:
        entries = [an_entry(each, str(number)) for number, each in enumerate(conversations)]
        for entry in entries:
            self.outbox.add(entry)
        return entries

    def test_sends_one_of_a_conversation_at_a_time_in_order(self) -> None:
        one, two, other = self.add("a", "a", "b")
        self.assertEqual(self.outbox.take_due(0), [one, other])
        self.assertEqual(self.outbox.take_due(0), [])
        self.outbox.acked(one)
        self.assertEqual(self.outbox.take_due(0), [two])

    def test_refuses_what_it_has_no_room_for(self) -> None:
        self.add(*["a"] * 50)
        with self.assertRaises(ParleyError) as raised:
            self.add("b")
        self.assertEqual(raised.exception.code, "outbox_full")
        self.outbox.acked(self.outbox.take_due(0)[0])
        self.add("b")

    def test_repeats_what_may_succeed_later_and_waits_longer_each_time(self) -> None:
        first, _ = self.add("a", "a")
        for now, wait in ((0.0, 2.0), (2.0, 4.0)):
            self.assertEqual(self.outbox.take_due(now), [first])
            self.assertTrue(self.outbox.failed(first, an_error("service_unavailable", True), now))
            self.assertEqual((self.outbox.take_due(now), self.outbox.next_due(now)), ([], wait))

    def test_drops_what_is_refused_for_good_and_goes_on_with_the_next(self) -> None:
        first, second = self.add("a", "a")
        self.outbox.take_due(0)
        self.assertFalse(self.outbox.failed(first, an_error("forbidden"), 0))
        self.assertEqual(self.outbox.take_due(0), [second])

    def test_drops_what_the_server_cannot_take_by_a_defect(self) -> None:
        (entry,) = self.add("a")
        now, repeats = 0.0, 0
        while self.outbox.take_due(now) and self.outbox.failed(entry, an_error("internal", True), now):
            repeats += 1
            now += 1000
        self.assertEqual((repeats, len(self.outbox)), (MOST_DEFECTS - 1, 0))

    def test_holds_everything_for_as_long_as_the_server_asks_at_a_limit(self) -> None:
        one, other = self.add("a", "b")
        self.assertEqual(self.outbox.take_due(0), [one, other])
        self.outbox.failed(one, an_error("rate_limited", True, retryAfterMs=3000), 0)
        self.outbox.acked(other)
        self.add("b", "c")
        self.assertEqual((self.outbox.take_due(2.9), self.outbox.next_due(1)), ([], 2))
        self.assertEqual(len(self.outbox.take_due(3)), 3)

    def test_sends_again_after_a_loss_what_was_on_its_way_without_waiting(self) -> None:
        one, two = self.add("a", "b")
        self.outbox.take_due(0)
        self.outbox.failed(two, an_error("service_unavailable", True), 0)
        self.outbox.pause()
        self.assertCountEqual(self.outbox.take_due(0), [one, two])

    def test_lets_no_conversation_wait_for_ever_where_many_have_messages(self) -> None:
        names = [f"c{number}" for number in range(MOST_IN_FLIGHT + 2)]
        self.add(*names, *names)
        first = self.outbox.take_due(0)
        self.assertEqual(len(first), MOST_IN_FLIGHT)
        for entry in first:
            self.outbox.acked(entry)
        self.assertEqual({each.conversation_id for each in self.outbox.take_due(0)} & set(names[-2:]), set(names[-2:]))

    def test_hands_back_everything_at_its_end(self) -> None:
        entries = self.add("a", "a", "b")
        self.assertEqual((self.outbox.clear(), len(self.outbox), self.outbox.take_due(0)), (entries, 0, []))
