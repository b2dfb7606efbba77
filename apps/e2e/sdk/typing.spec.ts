import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TypingUsers } from '@parley/protocol';
import { eventually, ParleyNode } from '@parley/testkit';
import { type Device, Person } from './person.js';
import { when } from './when.js';

describe('Typing, by the client', () => {
  let node: ParleyNode;
  let ada: Person;
  let grace: Person;
  let devices: Device[];
  let repeat: ReturnType<typeof setInterval>;

  beforeAll(async () => {
    node = await ParleyNode.start();
    ada = await Person.named('ada', node.url);
    grace = await Person.named('grace', node.url);
  });
  afterEach(() => {
    clearInterval(repeat);
    return Promise.all(devices.map(({ client }) => client.stop()));
  });
  afterAll(() => node.stop());

  it.each([
    [2, 'all members receive it'],
    [101, 'those receive it who have it open'],
  ])('S4.35 S3.44: in a group of %i %s, until the message is sent', async (size) => {
    const others = Array.from({ length: size - 2 }, (_, n) => Person.named(`other${n}`, node.url));
    const memberIds = [grace, ...(await Promise.all(others))].map((other) => other.id);
    const { id } = await ada.rest.createConversation({ type: 'group', name: 'Engines', memberIds });
    devices = await Promise.all([ada, grace].map((person) => person.device().online()));
    const [mine, theirs] = devices.map(({ client }) => client.typing(id));
    if (!mine || !theirs) throw new Error('There are two.');
    repeat = setInterval(() => mine.notify(), 2_100);
    mine.notify();
    await eventually('the server knows of it', async () => {
      const { userIds } = await ada.rest.request<TypingUsers>('GET', `/conversations/${id}/typing`);
      return userIds.length === 1;
    });
    // Who has it open while somebody types is told at once, and so is a new connection.
    const leave = theirs.subscribe(() => undefined);
    expect(await when(theirs, ({ count }) => count > 0)).toEqual({ userIds: [ada.id], count: 1 });
    await devices[1]?.client.stop();
    expect(theirs.getSnapshot().count).toBe(0);
    await devices[1]?.online();
    expect(await when(theirs, ({ count }) => count > 0)).toEqual({ userIds: [ada.id], count: 1 });
    clearInterval(repeat);
    expect(mine.getSnapshot()).toEqual({ userIds: [], count: 0 });
    devices[0]?.client.send(id, { content: 'what I typed' });
    await when(theirs, ({ count }) => count === 0);
    leave();
  });
});
