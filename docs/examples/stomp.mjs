// Parley with nothing but @stomp/stompjs 7. What it prints, and why: README.md beside it.
import { Client } from '@stomp/stompjs';

const { PARLEY_URL, TOKEN_URL, CONVERSATION } = process.env;
const fetchToken = async () => (await fetch(TOKEN_URL)).text();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let me;
let version = 0; // Of the last change that was taken.
let newest = 0; // Of the last change that was heard of.
let isCatchingUp = false;
const waiting = new Map(); // By receipt: who waits for the answer.
const answered = Promise.withResolvers();
let isOnline = false; // Connected, and nothing is missing.
let online = Promise.withResolvers();

const client = new Client({
  brokerURL: `${PARLEY_URL.replace('http', 'ws')}/stomp`,
  reconnectDelay: 1000,
  // Called at every connect, so that each has a token that is still good.
  beforeConnect: async () => void (client.connectHeaders = { Authorization: `Bearer ${await fetchToken()}` }),
  onConnect: () => {
    client.subscribe('/user/queue/acks', settle);
    client.subscribe('/user/queue/errors', settle);
    client.subscribe('/user/queue/messages', ({ headers, body }) => {
      if (headers.event === 'ready') me = JSON.parse(body).userId;
    });
    client.subscribe(`/topic/conversation/${CONVERSATION}`, hear);
    void catchUp();
  },
  onStompError: ({ headers, body }) => {
    console.log(headers.message);
    // It would come back for ever, with whatever it is.
    if (!JSON.parse(body).error.retryable && headers.message !== 'token_expired') void client.deactivate();
  },
  onWebSocketClose: () => {
    goOffline();
    for (const settled of waiting.values()) settled({ error: { retryable: true } });
    waiting.clear();
  },
});

function settle({ headers, body }) {
  waiting.get(headers['receipt-id'])?.(JSON.parse(body));
  waiting.delete(headers['receipt-id']);
}

function hear({ body }) {
  const { version: at, message } = JSON.parse(body);
  if (!at) return; // Typing, presence and markers have none.
  newest = Math.max(newest, at);
  if (!isCatchingUp && at === version + 1) take(at, message);
  else if (at > version) void catchUp();
}

function take(at, message) {
  version = at;
  if (!message || message.senderId === me) return;
  console.log(`heard ${message.seq} ${message.content}`);
  answered.resolve();
}

async function catchUp() {
  if (isCatchingUp) return;
  isCatchingUp = true;
  for (let hasMore = true; hasMore || newest > version; ) {
    const answer = await insist('/app/sync', { conversations: { [CONVERSATION]: { version, receipts: 0 } } });
    const now = answer.conversations[CONVERSATION];
    for (const message of now?.messages ?? []) take(message.version, message);
    version = now?.version ?? version;
    hasMore = now?.hasMore ?? false;
  }
  isCatchingUp = false;
  console.log('online');
  isOnline = true;
  online.resolve();
}

/** Whoever waits already goes on waiting. */
function goOffline() {
  if (isOnline) online = Promise.withResolvers();
  isOnline = false;
}

/** Repeats what was not answered and what may succeed later; throws what is refused for good. */
async function insist(destination, body) {
  for (;;) {
    if (destination !== '/app/sync') await online.promise;
    const receipt = crypto.randomUUID();
    const answer = await new Promise((resolve) => {
      waiting.set(receipt, resolve);
      if (client.connected) client.publish({ destination, headers: { receipt }, body: JSON.stringify(body) });
      else settle({ headers: { 'receipt-id': receipt }, body: '{"error":{"retryable":true}}' });
    });
    if (answer.success) return answer;
    const { code, retryable, retryAfterMs = 1000 } = answer.error;
    if (!retryable) throw new Error(code);
    if (code) console.log(`${code}: waits`);
    await sleep(retryAfterMs);
  }
}

/** Under one id, made once: a repeat of what is stored already is answered with the original. */
async function send(conversationId, content) {
  const message = { conversationId, content, clientMessageId: crypto.randomUUID() };
  try {
    console.log(`sent ${(await insist('/app/chat.send', message)).seq} ${content}`);
  } catch ({ message: code }) {
    console.log(`${code}: given up`);
  }
}

client.activate();
await send(crypto.randomUUID(), 'to a conversation that is not there');
await send(CONVERSATION, 'hello');
await answered.promise;
await send(CONVERSATION, 'thanks');
await send(CONVERSATION, 'goodbye');
await client.deactivate();
