// The life of a user with stompjs 2.3.3.
import Stomp from 'stompjs';
import { WebSocket } from 'ws';
import { finish, lifeOf, required } from './life.mjs';

const client = Stomp.over(new WebSocket(required('WEB')));
client.debug = null;
client.connect(
  { Authorization: `Bearer ${required('TOKEN')}` },
  async ({ headers }) => {
    await lifeOf({
      version: headers.version,
      subscribe: (destination, take) => client.subscribe(destination, (message) => take(message.headers, message.body)),
      send: (destination, body) => client.send(destination, {}, body),
    });
    client.disconnect(() => finish());
  },
  (fault) => finish(`ERROR ${fault.body ?? fault}`),
);
