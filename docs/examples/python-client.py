"""
Two people by the package of packages/python-client, which stays connected, repeats what was not acknowledged and catches
up by itself.

    export PARLEY_URL=http://localhost:3000 ADA=<token> BOB=<token>
    PYTHONPATH=packages/python-client/src python3 docs/examples/python-client.py
"""

import asyncio
import os

from parley import AsyncClient, ParleyError

URL = os.environ["PARLEY_URL"]


async def token(reason):
    """Called again when the present one ends soon ("expiring") or was refused ("refused")."""
    return os.environ["BOB"]


async def main():
    async with AsyncClient(URL, os.environ["ADA"]) as ada, AsyncClient(URL, token) as bob:
        events = asyncio.Queue()
        bob.on("*", events.put)

        async def heard(name):
            while (event := await asyncio.wait_for(events.get(), 20)).name != name:
                pass
            return event.payload

        bob_id = (await bob.request("GET", "users/me"))["id"]
        group = (await ada.create_group("Python", [bob_id]))["id"]
        await heard("conversation:created")

        await ada.start_typing(group)
        print("typing:", (await heard("typing:update"))["count"])
        sent = await ada.send(group, "Hello")
        message = (await heard("message:new"))["message"]
        print("heard:", message["seq"], message["content"], message["clientMessageId"] == sent["clientMessageId"])

        await bob.react(message["id"], "👍")
        await ada.edit(message["id"], "Hello, all")
        print("edited:", (await heard("message:edited"))["message"]["content"])
        print("unread:", (await bob.read(group, message["seq"]))["unreadCount"])

        presence = await bob.watch_presence([message["senderId"]])
        print("watched:", list(presence["users"]) == [message["senderId"]])
        await ada.delete(message["id"])
        print("deleted:", (await heard("message:deleted"))["message"]["isDeleted"])
        for content in ("first", "second"):
            await ada.send(group, content)
        page = await bob.history(group, limit=2)
        print("history:", [each["content"] for each in page["items"]], page["hasMore"])

        try:
            await bob.edit(page["items"][0]["id"], "not mine")
        except ParleyError as error:
            print("refused:", error.code, error.retryable)


asyncio.run(main())
