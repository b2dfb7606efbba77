"""
A conversation over /ws with nothing but `websockets` (10 or later): comes back after every loss and misses nothing
(afterSeq), repeats a send under its id until it is acknowledged, and ends when somebody says "bye".

    PARLEY_URL=http://localhost:3000 TOKEN=… CONVERSATION=… python3 python-websockets.py
"""

import asyncio
import json
import os
import random
import uuid

import websockets

URL = os.environ["PARLEY_URL"].replace("http", "ws", 1)
TOKEN, CONVERSATION = os.environ["TOKEN"], os.environ["CONVERSATION"]

last_seq = 0  # Of the last message shown.
outbox = [
    {"conversationId": CONVERSATION, "content": text, "clientMessageId": str(uuid.uuid4())} for text in ("one", "two")
]


async def write(socket):
    """One after the other, so that their order is kept; each stays in the outbox until it is acknowledged."""
    if outbox:
        await socket.send(json.dumps({"id": outbox[0]["clientMessageId"], "type": "message.send", "data": outbox[0]}))


async def take_ack(socket, frame):
    error = frame["ack"].get("error")
    if error and error["retryable"]:
        await asyncio.sleep(error.get("retryAfterMs", 1000) / 1000)
    else:
        print("refused:" if error else "sent:", outbox.pop(0)["content"], flush=True)
    await write(socket)


async def stay():
    """One connection; returns once somebody says "bye"."""
    global last_seq
    address = f"{URL}/ws/{CONVERSATION}?afterSeq={last_seq}"
    async with websockets.connect(address, subprotocols=["parley.v1", f"bearer.{TOKEN}"]) as socket:
        async for text in socket:
            frame = json.loads(text)
            if "ack" in frame:
                await take_ack(socket, frame)
            elif frame["type"] == "ready":
                await write(socket)
            elif frame["type"] == "message.created":
                message = frame["data"]["message"]
                last_seq = message["seq"]
                print(last_seq, message["content"], flush=True)
                if message["content"] == "bye":
                    return True
    return False


async def main():
    failures = 0
    while True:
        before = last_seq
        try:
            if await stay():
                return
        except websockets.exceptions.ConnectionClosed as closed:
            # 4500 to 4999: not with the same token.
            if closed.code is not None and 4500 <= closed.code <= 4999:
                raise SystemExit(f"refused: {closed.code} {closed.reason}")
        except (OSError, asyncio.TimeoutError, websockets.exceptions.InvalidHandshake):
            pass
        failures = 1 if last_seq > before else failures + 1
        await asyncio.sleep(min(30, 2**failures) * random.uniform(0.5, 1))


asyncio.run(main())
