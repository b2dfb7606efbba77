# The life of a user with python-socketio 5.7, which speaks Socket.IO.
import asyncio
import os

import socketio


async def live():
    client = socketio.AsyncClient()
    ready, sent, heard = (asyncio.get_running_loop().create_future() for _ in range(3))

    client.on('ready', lambda event: ready.set_result(event))
    client.on('message:sent', lambda event: sent.set_result(event))
    client.on('message:new', lambda event: heard.set_result(event))

    await client.connect(os.environ['URL'], auth={'token': os.environ['TOKEN']}, transports=['websocket'])
    await asyncio.wait_for(ready, 20)
    message = {'conversationId': os.environ['CONVERSATION'], 'content': 'hello: é 😀'}
    print('ack', (await client.call('message:send', message, timeout=20))['success'])
    await asyncio.wait_for(sent, 20)
    print('heard', (await asyncio.wait_for(heard, 20))['message']['content'])
    await client.disconnect()


asyncio.run(live())
