// A program with an outbox in a file, to be killed at any moment. It sends messages of its own and prints each as it is
// written down; with none to send, it sends what its predecessors left and ends.
import { ParleyClient } from '@parley/client';
import { fileStorage } from '@parley/client/node';

const { PARLEY_URL = '', TOKEN = '', CONVERSATION = '', OUTBOX = '', LIFE = '', SENDS = '0' } = process.env;
const EVERY_MS = 15;

const file = fileStorage(OUTBOX);
const client = new ParleyClient({
  url: PARLEY_URL,
  getToken: async () => TOKEN,
  storage: {
    ...file,
    async put(entry) {
      await file.put(entry);
      console.log(`written ${entry.content}`);
    },
  },
});
client.start();
for (let n = 1; n <= Number(SENDS); n += 1) {
  client.send(CONVERSATION, { content: `${LIFE}.${n}` });
  await pause();
}
while (client.connection.getSnapshot().state !== 'online' || client.sending.getSnapshot().waiting > 0) await pause();
console.log('all sent');
await client.stop();

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}
