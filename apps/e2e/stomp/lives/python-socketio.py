# The life of a user with python-socketio 5.7, which speaks Socket.IO.
import os
import threading

import socketio

client = socketio.Client()
ready, heard, sent = (threading.Event() for _ in range(3))


@client.on('ready')
def on_ready(_):
    ready.set()


@client.on('message:new')
def on_message(event):
    heard.content = event['message']['content']
    heard.set()


@client.on('message:sent')
def on_sent(_):
    sent.set()


client.connect(os.environ['URL'], auth={'token': os.environ['TOKEN']}, transports=['websocket'])
assert ready.wait(20)
message = {'conversationId': os.environ['CONVERSATION'], 'content': 'hello: é 😀'}
print('ack', client.call('message:send', message, timeout=20)['success'])
assert heard.wait(20) and sent.wait(20)
print('heard', heard.content)
client.disconnect()
