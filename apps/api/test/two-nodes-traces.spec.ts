import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, openClient, type Transport } from '@parley/testkit';
import type { TestNode } from './node.js';
import { OtlpReceiver, type ReceivedSpan } from './otlp-receiver.js';
import { at, pairOfNodes } from './pair-of-nodes.js';
import { aGroup, type Group, type Person, succeeded } from './people.js';
import type { TestSocket } from './test-socket.js';

const TEXT = 'nobody but the members reads this';
const LOST = /^parley_spans_total\{is="lost"\} (\d+)/m;
const STEPS = ['deliver', 'deliver', 'message:send', 'publish', 'queue', 'validate', 'write'];

let receiver: OtlpReceiver;
const env: Record<string, string> = { OTEL_BSP_SCHEDULE_DELAY: '20' };
beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  env.OTEL_EXPORTER_OTLP_ENDPOINT = receiver.url;
});
const pair = pairOfNodes(env);
const sockets: TestSocket[] = [];
let group: Group;
beforeAll(async () => {
  group = await aGroup(pair.nodes[0] as TestNode);
  for (const person of [group.owner, at(pair.nodes[1] as TestNode, group.members[0] as Person)])
    sockets.push(await person.connect());
});
afterAll(async () => {
  for (const socket of sockets) socket.close();
  await receiver.close();
});

/** Sends over a connection that is for this alone; returns the message's id. */
async function sendOver(transport: Transport, { url, token }: Person, conversationId: string): Promise<string> {
  let isReady = false;
  const client = openClient(
    transport,
    { url, token, reconnection: false, socketIo: { transports: ['websocket'] } },
    {
      opened: () => undefined,
      lost: () => undefined,
      received: (event) => {
        isReady ||= event === 'ready';
      },
    },
  );
  await eventually(`${transport} is ready`, () => isReady);
  const ack = await client.ask('message:send', { conversationId, content: TEXT }, 15_000);
  client.close();
  if (!ack.success) throw new Error(JSON.stringify(ack.error));
  return (ack as unknown as { messageId: string }).messageId;
}

const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);
const one = (spans: readonly ReceivedSpan[], name: string) => named(spans, name)[0] as ReceivedSpan;
/** With the span of a batch left out, which is in the trace of any of its messages. */
const stepsOf = (spans: readonly ReceivedSpan[]) =>
  spans.map(({ name }) => name).filter((name) => name !== 'write batch');

async function wholeTrace(messageId: string): Promise<ReceivedSpan[]> {
  return eventually('the trace is whole', () => {
    const spans = receiver.traceOf(messageId);
    return stepsOf(spans).length >= STEPS.length && spans;
  });
}

describe('traces of sends', () => {
  it.each([
    ['socketio', (who: Person, id: string) => sendOver('socketio', who, id)],
    ['websocket', (who: Person, id: string) => sendOver('websocket', who, id)],
    ['stomp', (who: Person, id: string) => sendOver('stomp', who, id)],
    ['rest', async (who: Person, id: string) => (await who.say(id, TEXT)).id as string],
  ])('S4.47: a send over %s is one trace from its socket to the last one on either node', async (transport, send) => {
    const spans = await wholeTrace(await send(group.owner, group.id));
    expect(stepsOf(spans).sort()).toEqual(STEPS);
    const [root, publish] = [one(spans, 'message:send'), one(spans, 'publish')];
    expect(root.attributes).toMatchObject({
      'parley.transport': transport,
      'user.id': group.owner.id,
      'messaging.message.conversation_id': group.id,
    });
    for (const step of ['validate', 'queue', 'write', 'publish'])
      expect({ step, parent: one(spans, step).parentSpanId }).toEqual({ step, parent: root.spanId });
    const deliveries = named(spans, 'deliver');
    expect(deliveries.map(({ parentSpanId }) => parentSpanId)).toEqual([publish.spanId, publish.spanId]);
    expect(new Set(deliveries.map(({ service }) => service['service.instance.id'])).size).toBe(2);
    expect(root.service).toMatchObject({ 'service.name': 'parley' });
  });

  it('S4.47: the span of a batch names every send that it wrote, and each of those names the batch', async () => {
    const socket = sockets[0] as TestSocket;
    const sends = Array.from({ length: 5 }, () =>
      socket.ask('message:send', { conversationId: group.id, content: TEXT }),
    );
    const traces = await Promise.all((await Promise.all(sends)).map((ack: any) => wholeTrace(ack.messageId)));
    for (const spans of traces) {
      const [link] = one(spans, 'write').links;
      const batch = await eventually('the batch ends', () =>
        receiver.spans.find(({ spanId }) => spanId === link?.spanId),
      );
      expect(batch).toMatchObject({ name: 'write batch', traceId: link?.traceId });
      expect(batch.links.map(({ spanId }) => spanId)).toContain(one(spans, 'message:send').spanId);
      expect(batch.attributes['messaging.batch.message_count']).toBe(batch.links.length);
    }
  });

  it('S4.47: a send that is refused ends with its code and the id that the log has of it', async () => {
    const ack: any = await sockets[0]?.ask('message:send', { conversationId: group.id, content: '' });
    const post = await group.owner.post(`/conversations/${group.id}/messages`, { content: '' });
    for (const { code, requestId } of [ack.error, post.body.error]) {
      const root = await eventually('the refusal is traced', () =>
        receiver.spans.find(({ attributes }) => attributes['parley.request_id'] === requestId),
      );
      expect(root).toMatchObject({ name: 'message:send', status: { code: 2 }, attributes: { 'error.type': code } });
      expect(pair.nodes[0]?.logs).toContainEqual(expect.objectContaining({ requestId, code }));
    }
  });

  it('S4.47: no span has what somebody wrote, nor a token', () => {
    expect(receiver.spans.length).toBeGreaterThan(0);
    for (const secret of [TEXT, group.owner.token]) expect(receiver.received).not.toContain(secret);
  });

  it('S4.47: a receiver that refuses costs spans and one line of the log, and no send', async () => {
    receiver.isRefusing = true;
    const [node] = pair.nodes;
    const lost = async () => Number(LOST.exec((await node?.request.get('/metrics'))?.text ?? '')?.[1]);
    for (let round = 0; round < 3; round += 1) {
      const before = await lost();
      succeeded(await group.owner.post(`/conversations/${group.id}/messages`, { content: TEXT }));
      await eventually('its spans are lost', async () => (await lost()) > before);
    }
    expect(node?.logs.filter(({ msg }) => String(msg).startsWith('the receiver of traces'))).toHaveLength(1);
  });
});
