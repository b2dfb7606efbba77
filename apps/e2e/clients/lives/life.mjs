// What a user does in a day, with whichever client: the same for all of JavaScript, and for others as they can.
const lines = [];

export function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing.`);
  return value;
}

/** Prints what was seen; the order of answers and events is not promised, and so is not compared. */
export function finish(fault) {
  console.log(lines.sort().join('\n'));
  if (fault) console.log(fault);
  process.exit(fault ? 1 : 0);
}

/** Follows a conversation and its own queues, sends, is refused, hears the reply. */
export async function lifeOf({ version, subscribe, send }) {
  lines.push(`version ${version}`);
  const [conversation, foreign] = [required('CONVERSATION'), required('FOREIGN')];
  const seen = [];
  let wake = () => undefined;
  const take = (what) => (headers, body) => {
    seen.push({ what, headers, body: JSON.parse(body) });
    wake();
  };
  const first = async (fits) => {
    for (;;) {
      const found = seen.find(fits);
      if (found) return found;
      await new Promise((woken) => {
        wake = woken;
      });
    }
  };
  subscribe('/user/queue/messages', take('messages'));
  subscribe('/user/queue/acks', take('acks'));
  subscribe('/user/queue/errors', take('errors'));
  subscribe(`/topic/conversation/${conversation}`, take('topic'));
  await first(({ headers }) => headers.event === 'ready');

  const clientMessageId = crypto.randomUUID();
  send('/app/chat.send', JSON.stringify({ conversationId: conversation, content: 'hello: é 😀', clientMessageId }));
  const acked = await first(({ what }) => what === 'acks');
  lines.push(`ack ${acked.headers['client-message-id'] === clientMessageId} ${acked.body.success}`);

  send('/app/chat.send', JSON.stringify({ conversationId: foreign, content: 'hello' }));
  const refused = await first(({ what }) => what === 'errors');
  lines.push(`error ${refused.body.error.code}`);

  for (const content of ['hello: é 😀', 'reply']) {
    const heard = await first(({ body }) => body.message?.content === content);
    lines.push(`${heard.what} ${content}`);
  }
}
