"""Sends 200 messages while the node is killed and started again. A third client first connects while nobody answers."""

import asyncio
import os

from parley import AsyncClient

URL, GROUP = os.environ["PARLEY_URL"], os.environ["CONVERSATION"]


async def main():
    heard = []
    async with AsyncClient(URL, os.environ["ADA"]) as ada, AsyncClient(URL, os.environ["BOB"]) as bob:
        every = asyncio.Event()

        @bob.on("message:new")
        def hear(event):
            if event.payload["conversationId"] != GROUP:
                return
            heard.append(event.payload["message"]["content"])
            if len(heard) == 100:
                print("half", flush=True)
            if len(heard) >= 200:
                every.set()

        sending = [ada.send(GROUP, f"{number}") for number in range(200)]
        while bob.is_online:
            await asyncio.sleep(0.01)
        late = AsyncClient(URL, os.environ["BOB"])
        connecting = asyncio.ensure_future(late.connect())
        await asyncio.sleep(0)
        print("down", flush=True)
        await connecting
        print("connected late", flush=True)
        await late.close()
        seqs = [(await each)["seq"] for each in sending]
        await asyncio.wait_for(every.wait(), 30)
        print("acknowledged in order:", seqs == list(range(1, 201)))
        print("heard once and in order:", heard == [str(number) for number in range(200)])


asyncio.run(main())
