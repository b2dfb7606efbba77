import { expect } from '@jest/globals';
import type { ConversationDetail, Message, MessageNewEvent, Page } from '@parley/protocol';
import type { Line } from '../line.js';
import type { Behaviours } from '../stage.js';
import { numbers } from './shapes.js';

/** The texts that a socket received as new, in order. */
const texts = (line: Line) => line.all('message:new').map(({ message }) => `${message.seq} ${message.content}`);

/** Of an event what cannot have changed since: the message in it may be newer than the event. */
const same = ({ version, actorId, message: { id, seq } }: MessageNewEvent) => ({ version, actorId, id, seq });

export const order: Behaviours = {
  'G3 S4.25: what one connection sends to a conversation gets its seq in the order of arrival': async (stage) => {
    const { id, lines } = await stage.scene(3);
    const acks = await Promise.all(numbers(40).map((n) => lines[0].say(id, `${n}`)));
    expect(acks.map(({ seq }) => seq)).toEqual(numbers(40));
    for (const line of lines) {
      await line.reaches(id, 41);
      expect(texts(line)).toEqual(numbers(40).map((n) => `${n} ${n}`));
      expect(line.versions(id)).toEqual(numbers(41).slice(1));
    }
  },

  'G3 S4.25: those who send at once on different nodes share one order, and every socket hears that': async (stage) => {
    const { id, people, lines } = await stage.scene(5);
    const each = 15;
    const acks = await Promise.all(lines.flatMap((line, who) => numbers(each).map((n) => line.say(id, `${who}.${n}`))));
    const all = lines.length * each;
    expect(acks.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(numbers(all));
    await Promise.all(lines.map((line) => line.reaches(id, all + 1)));
    const [first, ...others] = lines.map(texts);
    for (const other of others) expect(other).toEqual(first);
    const { items } = await people[4].get<Page<Message>>(`/conversations/${id}/messages?limit=100`);
    expect(items.map(({ seq, content }) => `${seq} ${content}`)).toEqual(first);
    expect(items.map(({ createdAt }) => createdAt)).toEqual(items.map(({ createdAt }) => createdAt).toSorted());
    for (const [who] of people.entries()) {
      const own = items.filter(({ content }) => content.startsWith(`${who}.`)).map(({ content }) => content);
      expect(own).toEqual(numbers(each).map((n) => `${who}.${n}`));
    }
  },

  'G3 S2.18: of thirty who send at once in one conversation no socket hears anything out of order or twice': async (
    stage,
  ) => {
    const { id, lines } = await stage.scene(30);
    const each = 4;
    await Promise.all((lines as readonly Line[]).flatMap((line) => numbers(each).map((n) => line.say(id, `${n}`))));
    const last = 1 + 30 * each;
    for (const line of lines as readonly Line[]) {
      await line.reaches(id, last);
      expect(line.versions(id)).toEqual(numbers(last, 2));
    }
  },

  'G3: a send that was acked before another began has the smaller seq, whatever the nodes': async (stage) => {
    const { id, people, lines } = await stage.scene(3);
    const seqs: number[] = [];
    for (const n of numbers(4)) {
      for (const [who, line] of lines.entries()) {
        seqs.push((await line.say(id, `${n} by socket`)).seq);
        seqs.push((await people[who]?.say(id, `${n} by REST`))?.seq ?? 0);
      }
    }
    expect(seqs).toEqual(numbers(24));
    for (const line of lines) await line.reaches(id, 25);
  },

  'G3: changes of every kind by everybody at once take one gapless line of versions': async (stage) => {
    const { id, people, lines } = await stage.scene(4);
    const seed = await Promise.all(lines.map((line, who) => line.say(id, `of ${who}`)));
    const work = lines.flatMap((line, who) => {
      const own = seed[who]?.messageId ?? '';
      return numbers(5).flatMap((n) => [
        line.say(id, `${who} ${n}`),
        line.ask('message:edit', { messageId: own, content: `of ${who}, ${n}` }),
        line.ask('reaction:add', { messageId: own, emoji: ['👍', '👎', '🎉', '😄', '🚀'][n - 1] ?? '' }),
        people[who]?.say(id, `${who} ${n} by REST`),
      ]);
    });
    const renames = numbers(3).map((n) => people[0].patch(`/conversations/${id}`, { name: `Name ${n}` }));
    await Promise.all([...work, ...renames]);
    const { version, lastSeq } = await people[1].get<ConversationDetail>(`/conversations/${id}`);
    expect([version, lastSeq]).toEqual([1 + 4 + 4 * 5 * 4 + 6, 4 + 4 * 5 * 2 + 3]);
    for (const line of lines) {
      await line.reaches(id, version);
      expect(line.versions(id)).toEqual(numbers(version, 2));
      expect(line.all('message:new').map(same)).toEqual(lines[0].all('message:new').map(same));
      expect(line.all('message:edited').map(same)).toEqual(lines[0].all('message:edited').map(same));
    }
  },
};
