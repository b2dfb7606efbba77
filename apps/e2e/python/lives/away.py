"""Is away twice: between two processes, by a saved position, and deaf for a while over one connection."""

import asyncio
import json
import os

from parley import AsyncClient

URL, GROUP = os.environ["PARLEY_URL"], os.environ["CONVERSATION"]


async def main():
    async with AsyncClient(URL, os.environ["ADA"]) as ada:
        heard = []

        def listen(client):
            told = asyncio.Queue()

            @client.on("*")
            def hear(event):
                if event.payload.get("conversationId") != GROUP or "version" not in event.payload:
                    return
                if "message" in event.payload:
                    message, verb = event.payload["message"], event.name.split(":")[1]
                    heard.append(f"{verb} {message['seq']} {message['content']}{'+' * event.is_replayed}")
                told.put_nowait(None)

            async def until(line):
                while line not in heard:
                    await asyncio.wait_for(told.get(), 20)

            return until

        bob = AsyncClient(URL, os.environ["BOB"])
        until = listen(bob)
        await bob.connect()
        sent = [await ada.send(GROUP, text) for text in ("one", "two", "three")]
        await until("new 3 three")
        saved = json.dumps(bob.position)
        await bob.close()

        await ada.edit(sent[0]["messageId"], "ONE")
        await ada.delete(sent[1]["messageId"])
        four = await ada.send(GROUP, "four")
        await ada.send(GROUP, "five")
        await ada.edit(four["messageId"], "FOUR")

        bob = AsyncClient(URL, os.environ["BOB"], position=json.loads(saved))
        until = listen(bob)
        await bob.connect()
        await ada.send(GROUP, "six")
        await until("new 6 six")
        await bob.call("conversation:leave", {"conversationId": GROUP})
        await ada.send(GROUP, "seven")
        await bob.call("conversation:join", {"conversationId": GROUP})
        await ada.send(GROUP, "eight")
        await until("new 8 eight+")
        await bob.close()
        print("\n".join(heard))


asyncio.run(main())
