// The life of a user with stompit, which speaks over TCP.
import stompit from 'stompit';
import { finish, lifeOf, required } from './life.mjs';

const connectHeaders = { host: 'parley', Authorization: `Bearer ${required('TOKEN')}` };
stompit.connect({ host: '127.0.0.1', port: Number(required('TCP')), connectHeaders }, async (fault, client) => {
  if (fault) return finish(`ERROR ${fault.message}`);
  await lifeOf({
    version: client.headers?.version ?? '',
    subscribe: (destination, take) =>
      client.subscribe({ destination, ack: 'auto' }, (refused, message) => {
        if (refused) return;
        const { headers } = message;
        message.readString('utf-8', (_fault, body) => take(headers, body));
      }),
    send: (destination, body) => client.send({ destination }).end(body),
  });
  client.disconnect(() => finish());
});
