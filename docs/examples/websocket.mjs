// Parley by a WebSocket alone, as browsers and Node 22 have it. What it prints, and why: README.md beside it.
const { PARLEY_URL, TOKEN_URL, CONVERSATION } = process.env;
const fetchToken = async () => (await fetch(TOKEN_URL)).text();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let me;
let version = 0; // Of the last change that was taken.
let socket;
const waiting = new Map(); // By the id of a command: who waits for its acknowledgement.
const answered = Promise.withResolvers();
let isOnline = false; // Connected, and nothing is missing.
let online = Promise.withResolvers();

/** The server brings what came after `version`, then what comes; only this conversation's. */
async function connect() {
  const url = `${PARLEY_URL.replace('http', 'ws')}/ws/${CONVERSATION}?afterVersion=${version}`;
  socket = new WebSocket(url, ['parley.v1', `bearer.${await fetchToken()}`]);
  socket.onmessage = ({ data }) => take(JSON.parse(data));
  socket.onclose = ({ code, reason }) => {
    goOffline();
    for (const settle of waiting.values()) settle({ error: { retryable: true } });
    waiting.clear();
    if (reason === 'token_expired')
      void connect(); // With a new token.
    else if (code < 4500 && code !== 1000) setTimeout(connect, 1000 * (1 + Math.random()));
  };
}

function take({ id, ack, type, data }) {
  if (ack) {
    waiting.get(id)?.(ack);
    waiting.delete(id);
  } else if (type === 'error') console.log(data.error.code);
  else if (type === 'ready') me = data.userId;
  else if (type === 'sync') {
    const now = data.conversations[CONVERSATION];
    for (const message of now?.messages ?? []) show(message.version, message);
    version = now?.version ?? version;
    if (now?.hasMore) return;
    console.log('online');
    isOnline = true;
    online.resolve();
  } else if (data.version > version) show(data.version, data.message);
}

function show(at, message) {
  version = at;
  if (!message || message.senderId === me) return;
  console.log(`heard ${message.seq} ${message.content}`);
  answered.resolve();
}

/** Whoever waits already goes on waiting. */
function goOffline() {
  if (isOnline) online = Promise.withResolvers();
  isOnline = false;
}

/** Under one id, made once: a repeat of what is stored already is answered with the original. */
async function send(conversationId, content) {
  const data = { conversationId, content, clientMessageId: crypto.randomUUID() };
  for (;;) {
    await online.promise;
    const ack = await new Promise((resolve) => {
      waiting.set(data.clientMessageId, resolve);
      socket.send(JSON.stringify({ id: data.clientMessageId, type: 'message.send', data }));
    });
    if (ack.success) return console.log(`sent ${ack.seq} ${content}`);
    const { code, retryable, retryAfterMs = 1000 } = ack.error;
    if (!retryable) return console.log(`${code}: given up`);
    if (code) console.log(`${code}: waits`);
    await sleep(retryAfterMs);
  }
}

await connect();
await send(crypto.randomUUID(), 'to a conversation that is not there');
await send(CONVERSATION, 'hello');
await answered.promise;
await send(CONVERSATION, 'thanks');
await send(CONVERSATION, 'goodbye');
socket.close(1000);
