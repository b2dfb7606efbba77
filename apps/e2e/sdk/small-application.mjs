// An application as small as one can be, for whatever runs JavaScript: sends a message before there is a connection and
// one after, waits until both are there, and ends by itself.
import process from 'node:process';
import { ParleyClient } from '@parley/client';
import { fileStorage } from '@parley/client/node';

const { PARLEY_URL: url, TOKEN, CONVERSATION, OUTBOX } = process.env;
const client = new ParleyClient({ url, getToken: async () => TOKEN, storage: fileStorage(OUTBOX) });
const list = client.messages(CONVERSATION);

function until(value, matches) {
  return new Promise((resolve) => {
    const look = () => matches(value.getSnapshot()) && resolve();
    value.subscribe(look);
    look();
  });
}

client.send(CONVERSATION, { content: 'written offline' });
client.start();
await until(client.connection, ({ state }) => state === 'online');
client.send(CONVERSATION, { content: 'written online' });
await until(list, ({ items }) => items.filter(({ kind }) => kind === 'stored').length === 2);
await until(client.sending, ({ waiting }) => waiting === 0);
console.log(JSON.stringify(list.getSnapshot().items.map(({ message }) => message.content)));
await client.stop();
