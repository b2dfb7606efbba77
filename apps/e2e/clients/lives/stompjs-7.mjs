// The life of a user with @stomp/stompjs 7.
import { Client } from '@stomp/stompjs';
import { WebSocket } from 'ws';
import { finish, lifeOf, required } from './life.mjs';

const client = new Client({
  webSocketFactory: () => new WebSocket(required('WEB'), ['v12.stomp', 'v11.stomp', 'v10.stomp']),
  connectHeaders: { Authorization: `Bearer ${required('TOKEN')}` },
  reconnectDelay: 0,
  onStompError: ({ headers, body }) => finish(`ERROR ${headers.message} ${body}`),
});
const live = async ({ headers }) => {
  await lifeOf({
    version: headers.version,
    subscribe: (destination, take) => client.subscribe(destination, (message) => take(message.headers, message.body)),
    send: (destination, body) => client.publish({ destination, body }),
  });
  await client.deactivate();
  finish();
};
client.onConnect = (connected) => void live(connected);
client.activate();
