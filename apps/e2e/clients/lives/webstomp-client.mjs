// The life of a user with webstomp-client 1.2.6.
import webstomp from 'webstomp-client';
import { WebSocket } from 'ws';
import { finish, lifeOf, required } from './life.mjs';

const socket = new WebSocket(required('WEB'), ['v10.stomp', 'v11.stomp', 'v12.stomp']);
const client = webstomp.over(socket, { debug: false, binary: process.env.BINARY === 'yes' });
const begin = async ({ headers }) => {
  await lifeOf({
    version: headers.version,
    // Its own ids are of the millisecond and a number below 1,000: of several in one millisecond two may be the same.
    subscribe: (destination, take) =>
      client.subscribe(destination, (message) => take(message.headers, message.body), { id: destination }),
    send: (destination, body) => client.send(destination, body),
  });
  client.disconnect(() => finish());
};
// It writes its CONNECT at once, whether or not the connection is open.
socket.addEventListener('open', () =>
  client.connect({ Authorization: `Bearer ${required('TOKEN')}` }, begin, (fault) =>
    finish(`ERROR ${fault.body ?? fault}`),
  ),
);
