// The whole life of a program for a Spring backend with @stomp/stompjs 7: queues of its user, a topic, and REST for what it
// missed. It prints as it goes, only what does not depend on the order of the server's destinations.
import { Client } from '@stomp/stompjs';
import { required } from './life.mjs';

const [url, token, team, foreign, bob] = ['URL', 'TOKEN', 'TEAM', 'FOREIGN', 'BOB'].map(required);
const conversations = new Map(); // By id.
const topics = new Set([team]);
const events = [];
const answers = new Map(); // By receipt, like `receipts`.
const receipts = new Set();
const waiting = [];
let connections = 0;
let isOnline = false; // Connected, and nothing is missing.
let me;

const client = new Client({
  brokerURL: `${url.replace(/^http/, 'ws')}/stomp`,
  connectHeaders: { Authorization: `Bearer ${token}` },
  reconnectDelay: 100,
  onConnect: () => void begin(),
  onStompError: ({ headers }) => console.log(`ERROR ${headers.message}`),
  onUnhandledReceipt: ({ headers }) => wake(receipts.add(headers['receipt-id'])),
  onDisconnect: () => console.log('RECEIPT of DISCONNECT'),
  onWebSocketClose: () => {
    isOnline = false;
    wake();
  },
});

function wake() {
  for (const look of waiting.splice(0)) look();
}

async function until(find) {
  for (;;) {
    const found = find();
    if (found) return found;
    await new Promise((woken) => waiting.push(woken));
  }
}

/** Subscribes anew on each connection, and fetches what came before that counted. */
async function begin() {
  connections += 1;
  const follow = (destination, handle) => {
    const receipt = crypto.randomUUID();
    client.subscribe(destination, (message) => wake(handle(message)), { id: destination, receipt });
    return receipt;
  };
  const asked = [
    follow('/user/queue/messages', hear('queue')),
    follow('/user/queue/acks', answer),
    follow('/user/queue/errors', answer),
    ...[...topics].map((id) => follow(`/topic/conversation/${id}`, hear('topic'))),
  ];
  await until(() => me && asked.every((receipt) => receipts.has(receipt)));
  for (const conversation of (await get('conversations')).items) know(conversation);
  await Promise.all([...conversations.keys()].map(catchUp));
  isOnline = true;
  wake();
}

function answer({ headers, body }) {
  answers.set(headers['receipt-id'], JSON.parse(body));
}

function hear(by) {
  return ({ headers, body }) => {
    const event = { by, event: headers.event, connection: connections, ...JSON.parse(body) };
    events.push(event);
    if (event.event === 'ready') me = event.userId;
    if (event.event === 'conversation.created') know(event.conversation);
    if (event.event === 'message.created') take(event.message, by);
  };
}

function know({ id, name }) {
  if (!conversations.has(id)) conversations.set(id, { name: name ?? 'direct', messages: [], turn: Promise.resolve() });
}

/** Takes the next message of its conversation; one that is known already is dropped, one further ahead fetched. */
function take(message, by) {
  const conversation = conversations.get(message.conversationId);
  // Of one that is not known yet everything is fetched once it is.
  if (!conversation) return;
  const next = conversation.messages.length + 1;
  if (message.seq === next) conversation.messages.push({ ...message, by });
  if (message.seq > next) void catchUp(message.conversationId);
}

function catchUp(id) {
  const conversation = conversations.get(id);
  conversation.turn = conversation.turn.then(async () => {
    for (let hasMore = true; hasMore; ) {
      const page = await get(`conversations/${id}/messages?limit=2&after=${conversation.messages.length}`);
      for (const message of page.items) take(message, 'REST');
      ({ hasMore } = page);
    }
    wake();
  });
  return conversation.turn;
}

/** Kept connections may be as dead as the line was. */
async function get(path) {
  const headers = { authorization: `Bearer ${token}` };
  for (;;) {
    const response = await fetch(`${url}/api/${path}`, { headers, signal: AbortSignal.timeout(5000) }).catch(
      () => null,
    );
    if (response?.ok) return response.json();
    if (response) throw new Error(`${path}: ${response.status}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Its success, with ack and RECEIPT, or its refusal; null where the connection ended before either. */
async function ask(destination, body, more = {}) {
  const receipt = crypto.randomUUID();
  const connection = connections;
  client.publish({ destination, headers: { ...more, receipt }, body: JSON.stringify(body) });
  return until(() => {
    const given = answers.get(receipt);
    if (given?.error) return { ...given, hasReceipt: () => receipts.has(receipt) };
    if (given && receipts.has(receipt)) return given;
    return (connection !== connections || !client.connected) && { isLost: true };
  });
}

/** Repeats what was not answered, under the id that it had. */
async function send(conversationId, content, more = {}) {
  const message = { conversationId, content, clientMessageId: crypto.randomUUID(), ...more };
  for (;;) {
    const given = await ask('/app/chat.send', message);
    if (!given.isLost) {
      console.log(given.error ? given.error.code : `sent ${given.seq} ${content}${given.duplicate ? ', again' : ''}`);
      return given;
    }
    await until(() => isOnline);
  }
}

async function heard(content) {
  const all = () =>
    [...conversations.values()].flatMap(({ name, messages }) => messages.map((one) => ({ name, ...one })));
  const message = await until(() => all().find((one) => one.content === content));
  console.log(`${message.by}: ${message.name} ${message.seq} ${content}`);
  return message;
}

const saw = (by, event, fits) => until(() => events.find((one) => one.by === by && one.event === event && fits(one)));

client.activate();
const goesUnderground = new Promise((resolve) => process.once('SIGUSR2', resolve));
await until(() => isOnline);
console.log('online');
const { conversation: created } = await saw('queue', 'conversation.created', () => true);
console.log(`is told of ${created.name}`);
await heard('a draft');

await send(team, 'good morning');
await heard('good morning');
await saw('topic', 'message.read', ({ userId, seq }) => userId === bob && seq === 1);
console.log('Bob has read 1');

await saw('topic', 'typing.update', ({ userIds }) => userIds.includes(bob));
console.log('Bob types');
await ask('/app/chat.typing', { conversationId: team }, { event: 'typing.start' });
const typing = await saw('topic', 'typing.update', ({ userIds }) => userIds.includes(me));
await ask('/app/chat.typing', { conversationId: team }, { event: 'typing.stop' });
await saw('topic', 'typing.update', (one) => events.indexOf(one) > events.indexOf(typing) && !one.userIds.includes(me));
console.log('typed');

const { seq } = await heard('hello Ada');
await ask('/app/chat.read', { conversationId: team, seq });
await saw('topic', 'message.read', (one) => one.userId === me && one.seq === seq);
const { unreadCount } = await saw('queue', 'unread.updated', (one) => one.lastReadSeq === seq);
console.log(`has read ${seq}, ${unreadCount} unread`);

const refused = await send(foreign, 'to others');
const direct = await heard('psst');
await send(direct.conversationId, 'what?', { replyToId: direct.id });

console.log('walks to the train');
await goesUnderground;
await send(team, 'can you hear me?');
for (const { name, messages } of conversations.values())
  console.log(`${name}: ${messages.map((message) => message.content).join(', ')}`);

const unsubscribed = crypto.randomUUID();
topics.delete(team);
client.unsubscribe(`/topic/conversation/${team}`, { receipt: unsubscribed });
await until(() => receipts.has(unsubscribed));
console.log('without the topic');
await heard('goodbye');
await client.deactivate();

const told = events.filter(({ event }) => event === 'message.created');
const once = new Set(told.map(({ connection, message }) => `${connection} ${message.id}`));
console.log(
  `connections: ${connections}, told twice: ${told.length - once.size}, RECEIPT of the refused: ${refused.hasReceipt()}`,
);
