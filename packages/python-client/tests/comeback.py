import unittest

from parley.comeback import Comeback, back_off
from parley.errors import ParleyError, error_in


def an_error(code: str, retryable: bool = False, **more: object) -> ParleyError:
    error = error_in({"code": code, "message": "No.", "retryable": retryable, **more})
    assert error is not None
    return error


class BackOffTest(unittest.TestCase):
    def test_doubles_from_1_2_seconds_to_15_30(self) -> None:
        self.assertEqual([back_off(failures, lambda: 0) for failures in (1, 2, 3, 4, 5, 50)], [1, 2, 4, 8, 15, 15])
        self.assertEqual([back_off(failures, lambda: 1) for failures in (1, 2, 3, 4, 5, 50)], [2, 4, 8, 16, 30, 30])


class ComebackTest(unittest.TestCase):
    def setUp(self) -> None:
        self.comeback = Comeback(has_more_tokens=True, chance=lambda: 0)

    def test_comes_back_without_end_where_the_network_is_lost_and_begins_anew_once_ready(self) -> None:
        self.assertEqual([self.comeback.after(None) for _ in range(6)], [1, 2, 4, 8, 15, 15])
        self.comeback.ready()
        self.assertEqual(self.comeback.after(None), 1)

    def test_waits_as_long_as_the_server_asks_once(self) -> None:
        self.assertEqual(self.comeback.after(an_error("rate_limited", True, retryAfterMs=9000)), 9)
        self.comeback.draining(7)
        self.assertEqual([self.comeback.after(an_error("draining", True)), self.comeback.after(None)], [7, 4])

    def test_ends_with_a_final_refusal(self) -> None:
        for code in ("forbidden", "bad_frames", "not_found"):
            with self.assertRaises(ParleyError) as raised:
                self.comeback.after(an_error(code), "token")
            self.assertEqual(raised.exception.code, code)

    def test_asks_for_another_token_at_once_and_ends_where_that_one_is_refused_too(self) -> None:
        self.assertEqual(self.comeback.after(an_error("token_expired", True), "old"), 0)
        self.assertEqual(self.comeback.reason, "refused")
        self.assertFalse(self.comeback.takes("old"))
        self.assertTrue(self.comeback.takes("new"))
        with self.assertRaises(ParleyError):
            self.comeback.after(an_error("unauthenticated"), "new")

    def test_may_replace_a_token_again_after_it_was_let_in(self) -> None:
        self.comeback.after(an_error("token_expired", True), "first")
        self.comeback.ready()
        self.assertEqual([self.comeback.reason, self.comeback.takes("first")], ["connect", True])
        self.assertEqual(self.comeback.after(an_error("token_expired", True), "second"), 0)

    def test_still_wants_another_token_after_a_lost_network(self) -> None:
        self.comeback.after(an_error("unauthenticated"), "old")
        self.comeback.after(None)
        self.assertEqual([self.comeback.reason, self.comeback.takes("old")], ["refused", False])

    def test_ends_at_once_where_there_is_only_one_token(self) -> None:
        with self.assertRaises(ParleyError):
            Comeback(has_more_tokens=False).after(an_error("token_expired", True), "only")


class ErrorTest(unittest.TestCase):
    def test_takes_nothing_for_a_refusal_that_is_not_one(self) -> None:
        foreign = {"code": "unauthorized", "message": "No.", "retryable": False}
        values: list[object] = [None, "No.", [], {}, {"code": "forbidden"}, foreign]
        for value in values:
            self.assertIsNone(error_in(value))

    def test_tells_what_the_server_told(self) -> None:
        error = an_error("rate_limited", True, retryAfterMs=1500, requestId="r", clientMessageId="c")
        told = (error.code, error.retryable, error.retry_after, error.request_id, error.client_message_id)
        self.assertEqual(told, ("rate_limited", True, 1.5, "r", "c"))
