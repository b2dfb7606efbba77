// Parley with nothing but socket.io-client, 3 or 4. What it prints, and why: README.md beside it.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';

const { PARLEY_URL, TOKEN_URL, CONVERSATION } = process.env;
const fetchToken = async () => (await fetch(TOKEN_URL)).text();
// As a function it is called at every connect, so that each has a token that is still good.
const socket = io(PARLEY_URL, { auth: (give) => void fetchToken().then((token) => give({ token })) });
// From 4.6 on: `socket.timeout(10_000).emitWithAck(command, payload)`.
const ask = (command, payload) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(reject, 10_000);
    socket.emit(command, payload, (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
  });

let me;
let version = 0; // Of the last change that was taken.
let newest = 0; // Of the last change that was heard of.
let isCatchingUp = false;
const answered = Promise.withResolvers();
let isOnline = false; // Connected, and nothing is missing.
let online = Promise.withResolvers();

socket.on('connect_error', ({ data: refusal }) => {
  if (!refusal) return; // No answer of the server's: it comes back by itself.
  console.log(refusal.code);
  if (refusal.code === 'token_expired') socket.connect();
});
socket.on('disconnect', goOffline);
socket.on('ready', ({ userId }) => {
  me = userId;
  void catchUp();
});
socket.onAny((_name, event) => {
  if (event?.conversationId !== CONVERSATION || !event.version) return; // Typing, presence and markers have none.
  newest = Math.max(newest, event.version);
  if (!isCatchingUp && event.version === version + 1) take(event.version, event.message);
  else if (event.version > version) void catchUp();
});

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
    const answer = await insist('sync', { conversations: { [CONVERSATION]: { version, receipts: 0 } } });
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
async function insist(command, payload) {
  for (;;) {
    if (command !== 'sync') await online.promise;
    const answer = await ask(command, payload).catch(() => ({ error: { retryable: true } }));
    if (answer.success) return answer;
    const { code, retryable, retryAfterMs = 1000 } = answer.error;
    if (!retryable) throw new Error(code);
    if (code) console.log(`${code}: waits`);
    await sleep(retryAfterMs);
  }
}

/** Under one id, made once: a repeat of what is stored already is answered with the original. */
async function send(conversationId, content) {
  const message = { conversationId, content, clientMessageId: randomUUID() };
  try {
    console.log(`sent ${(await insist('message:send', message)).seq} ${content}`);
  } catch ({ message: code }) {
    console.log(`${code}: given up`);
  }
}

await send(randomUUID(), 'to a conversation that is not there');
await send(CONVERSATION, 'hello');
await answered.promise;
await send(CONVERSATION, 'thanks');
await send(CONVERSATION, 'goodbye');
socket.disconnect();
