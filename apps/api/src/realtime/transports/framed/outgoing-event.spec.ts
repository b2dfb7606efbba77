import { describe, expect, it } from '@jest/globals';
import { Encoder } from 'socket.io-parser';
import { Answer } from './answer.js';
import { OutgoingEvent } from './outgoing-event.js';
import { SharedFrame } from './shared-frame.js';

const encoded = (packet: object) => new Encoder().encode(packet as never)[0] as string;
const event = (payload: unknown, isShared = false) =>
  OutgoingEvent.of(encoded({ type: 2, nsp: '/', data: ['message:new', payload] }), isShared);

describe('what Socket.IO sends, as a wire takes it', () => {
  it('is an event with its payload as it was written', () => {
    const payload = { conversationId: 'c', message: { content: 'a "quoted" ], and \\ \u2028' } };
    const sent = event(payload);
    expect([sent.name, sent.text, sent.payload]).toEqual(['message:new', JSON.stringify(payload), payload]);
  });

  it('is of the conversation that it names, or of none', () => {
    expect(event({ conversationId: 'c' }).conversationId).toBe('c');
    expect(event({ conversation: { id: 'd' }, version: 1 }).conversationId).toBe('d');
    expect(event({ userId: 'u' }).conversationId).toBeNull();
  });

  it('is an acknowledgement with its number', () => {
    const answer = Answer.of(encoded({ type: 3, nsp: '/', id: 217, data: [{ success: true, items: [1] }] }));
    expect([answer.number, answer.text]).toEqual([217, '{"success":true,"items":[1]}']);
    expect(answer.read()).toEqual({ success: true, items: [1] });
  });

  it('is encoded once for all readers of a broadcast, by each transport for itself', () => {
    const [one, other] = [{}, {}];
    const shared = event({}, true);
    let encodings = 0;
    const encode = ({ name }: OutgoingEvent) => {
      encodings += 1;
      return name;
    };
    const frames = shared.encodedFor(one, encode);
    expect(frames).toEqual([expect.any(SharedFrame)]);
    expect(shared.encodedFor(one, encode)).toBe(frames);
    expect(shared.encodedFor(other, encode)).not.toBe(frames);
    expect(encodings).toBe(2);
    expect(event({}).encodedFor(one, encode)).toEqual(['message:new']);
  });
});
