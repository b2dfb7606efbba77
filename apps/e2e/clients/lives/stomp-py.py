# The life of a user with stomp.py 8, which speaks over TCP.
import json
import os
import threading
import uuid

import stomp

conversation, foreign = os.environ['CONVERSATION'], os.environ['FOREIGN']
seen = []
changed = threading.Condition()


class Listener(stomp.ConnectionListener):
    def on_message(self, frame):
        with changed:
            seen.append((frame.headers, json.loads(frame.body)))
            changed.notify_all()

    def on_error(self, frame):
        print('ERROR', frame.headers.get('message'), frame.body, flush=True)
        os._exit(1)


def first(fits):
    with changed:
        assert changed.wait_for(lambda: any(fits(*each) for each in seen), 20), seen
        return next(each for each in seen if fits(*each))


version = os.environ['VERSION']
classes = {'1.0': stomp.Connection10, '1.1': stomp.Connection11, '1.2': stomp.Connection12}
connection = classes[version]([('127.0.0.1', int(os.environ['TCP']))])
connection.set_listener('life', Listener())
connection.connect(wait=True, headers={'Authorization': f"Bearer {os.environ['TOKEN']}"})
lines = [f'version {version}']
for number, destination in enumerate(
    ['/user/queue/messages', '/user/queue/acks', '/user/queue/errors', f'/topic/conversation/{conversation}']
):
    connection.subscribe(destination, id=str(number))
first(lambda headers, body: headers['event'] == 'ready')

mine = str(uuid.uuid4())
message = {'conversationId': conversation, 'content': 'hello: é 😀', 'clientMessageId': mine}
connection.send('/app/chat.send', json.dumps(message))
headers, body = first(lambda headers, body: headers['destination'] == '/user/queue/acks')
lines.append(f"ack {str(headers['client-message-id'] == mine).lower()} {str(body['success']).lower()}")

connection.send('/app/chat.send', json.dumps({'conversationId': foreign, 'content': 'hello'}))
_, body = first(lambda headers, body: headers['destination'] == '/user/queue/errors')
lines.append(f"error {body['error']['code']}")

for content in ['hello: é 😀', 'reply']:
    headers, body = first(lambda headers, body: body.get('message', {}).get('content') == content)
    lines.append(f"{headers['destination'].split('/')[1]} {body['message']['content']}")
connection.disconnect()
print('\n'.join(sorted(lines)))
