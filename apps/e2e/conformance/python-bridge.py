"""
Many clients of packages/python-client in one process, for `python-device.ts`: JSON lines in and out.

In: ``{device, do, …}``; ``open`` {url, token, reconnection}, ``ask`` {id, name, payloads}, ``token`` {token}, ``drop``,
``close``. Out: ``{device, tells, …}``; ``event`` {name, payload}, ``answer`` {id, ack}, ``token`` (one is wanted),
``ended`` {wasReady, error}.
"""

import asyncio
import json
import sys

from parley import AsyncClient, ParleyError


#: Events that the protocol does not have.
OF_THE_PACKAGE = {"conversation:synced", "conversation:reset", "conversation:removed"}


class Device:
    """A client that comes back only if that is wanted."""

    def __init__(self, name, url, token, reconnection):
        self.name = name
        self.reconnection = reconnection
        self.tokens = asyncio.Queue()
        self.client = AsyncClient(url, self.ask_for_token if token is None else token)
        self.client.on("*", self.hear)
        self.ready = asyncio.Event()
        self.running = asyncio.ensure_future(self.run())

    def tell(self, tells, **more):
        print(json.dumps({"device": self.name, "tells": tells, **more}), flush=True)

    async def run(self):
        try:
            await self.client.connect()
            await self.client.wait_closed()
        except ParleyError:
            # `connection:lost` has told it.
            self.ready.set()

    async def ask_for_token(self, _reason):
        self.tell("token")
        return await self.tokens.get()

    def hear(self, event):
        if event.name == "connection:lost":
            self.tell("ended", **event.payload)
            if not self.reconnection:
                self.do(self.client.close())
        elif event.name not in OF_THE_PACKAGE:
            self.tell("event", name=event.name, payload=event.payload)
        if event.name == "ready":
            self.ready.set()

    async def ask(self, id, name, payloads):
        await self.ready.wait()
        try:
            ack = await self.client.call(name, *payloads)
        except ParleyError as error:
            own = {"code": error.code, "message": error.message, "retryable": error.retryable, "requestId": ""}
            ack = {"success": False, "error": error.told or own}
        self.tell("answer", id=id, ack=ack)

    def do(self, work):
        working.add(task := asyncio.ensure_future(work))
        task.add_done_callback(working.discard)


working = set()
devices = {}


def take(device, do, **more):
    if do == "open":
        devices[device] = Device(device, **more)
        return
    known = devices[device]
    if do == "ask":
        known.do(known.ask(**more))
    elif do == "token":
        known.tokens.put_nowait(more["token"])
    elif do == "drop":
        known.client.reconnect()
    elif do == "close":
        known.do(known.client.close())


async def main():
    reader = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        take(**json.loads(line))


asyncio.run(main())
