import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ParleyNode } from '@parley/testkit';
import { type Device, Person } from './person.js';
import { when } from './when.js';

describe('Typing, by the client', () => {
  let node: ParleyNode;
  let ada: Person;
  let grace: Person;
  let devices: Device[];

  beforeAll(async () => {
    node = await ParleyNode.start();
    ada = await Person.named('ada', node.url);
    grace = await Person.named('grace', node.url);
  });
  afterEach(() => Promise.all(devices.map(({ client }) => client.stop())));
  afterAll(() => node.stop());

  it.each([
    [2, 'all members receive it'],
    [101, 'those receive it who have it open'],
  ])('S4.35 S3.44: in a group of %i %s, until the message is sent', async (size) => {
    const others = Array.from({ length: size - 2 }, (_, n) => Person.named(`other${n}`, node.url));
    const memberIds = [grace, ...(await Promise.all(others))].map(({ userId }) => userId);
    const { id } = await ada.rest.createConversation({ type: 'group', name: 'Engines', memberIds });
    devices = await Promise.all([ada, grace].map((person) => person.device().online()));
    const [mine, theirs] = devices.map(({ client }) => client.typing(id));
    if (!mine || !theirs) throw new Error('There are two.');
    const leave = theirs.subscribe(() => undefined);
    // What begins before the other has it open is shown with the next change.
    const begin = () => {
      mine.stop();
      mine.notify();
    };
    const repeat = setInterval(begin, 2_100);
    begin();
    expect(await when(theirs, ({ count }) => count > 0)).toEqual({ userIds: [ada.userId], count: 1 });
    clearInterval(repeat);
    expect(mine.getSnapshot()).toEqual({ userIds: [], count: 0 });
    devices[0]?.client.send(id, { content: 'what I typed' });
    await when(theirs, ({ count }) => count === 0);
    leave();
  });
});
