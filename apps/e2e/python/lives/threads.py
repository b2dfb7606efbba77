"""The life of two people by the client for threads. Handlers block, and use the client themselves."""

import os
import queue
import threading

from parley import Client, ParleyError

url = os.environ["PARLEY_URL"]
threads = set()
events: "queue.Queue" = queue.Queue()


def token(reason: str) -> str:
    return os.environ["BOB"]


def heard(name: str, fits=lambda payload: True):
    while True:
        event = events.get(timeout=20)
        if event.name == name and fits(event.payload):
            return event.payload


with Client(url, os.environ["ADA"]) as ada, Client(url, token) as bob:
    bob_id = bob.request("GET", "users/me")["id"]
    group = ada.create_group("Threads", [bob_id])["id"]

    @bob.on("message:new")
    def answer(event):
        threads.add(threading.current_thread().name)
        message = event.payload["message"]
        if message["content"] == "ping":
            bob.send(group, "pong")

    bob.on("*", events.put)
    ada.send(group, "ping")
    print("answered:", heard("message:new", lambda payload: payload["message"]["content"] == "pong")["message"]["seq"])
    several = [ada.post(group, f"{number}") for number in range(50)]
    print("sent:", [each.result()["seq"] for each in several] == list(range(3, 53)))
    contents = [heard("message:new")["message"]["content"] for _ in several]
    print("heard in order:", contents == [f"{number}" for number in range(50)])
    print("handlers ran in", len(threads), "thread")
    bob.start_typing(group)
    print("typing:", heard("typing:update")["userIds"] == [bob_id])
    print("unread:", bob.read(group, 52)["unreadCount"])
    try:
        ada.send("01900000-0000-7000-8000-000000000000", "nobody")
    except ParleyError as error:
        print("refused:", error.code, error.client_message_id is not None)
    waiting = threading.Thread(target=lambda: (bob.wait_closed(), print("closed")))
    waiting.start()
    bob.close()
    waiting.join()
