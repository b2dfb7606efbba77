import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Message } from '@parley/protocol';
import { SdkError } from '../sdk-error.js';
import { Typing } from './typing.js';

describe('Typing', () => {
  let asked: string[];
  let memberCount: number;
  let typing: Typing;

  beforeEach(() => {
    jest.useFakeTimers();
    asked = [];
    memberCount = 3;
    typing = new Typing({
      ask: (name, payload) => {
        asked.push(`${name} ${payload.conversationId}`);
        return Promise.reject(new SdkError('offline', ''));
      },
      memberCount: () => memberCount,
      userId: () => 'me',
    });
    typing.resume();
  });
  afterEach(() => void jest.useRealTimers());

  const update = (userIds: string[], count = userIds.length, conversationId = 'c') =>
    typing.event('typing:update', { conversationId, userIds, count });
  const message = (senderId: string, type = 'text') =>
    typing.event('message:new', { conversationId: 'c', message: { senderId, type } as Message } as never);
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it('is told every two seconds at most, for as long as somebody types', async () => {
    const { notify } = typing.view('c');
    for (let key = 0; key < 50; key += 1, await pass(100)) notify();
    expect(asked).toEqual(Array(3).fill('typing:start c'));
    typing.view('d').notify();
    expect(asked.at(-1)).toBe('typing:start d');
  });

  it('is ended by a stop, once, and only where the server may still show it', async () => {
    const { notify, stop } = typing.view('c');
    stop();
    notify();
    stop();
    stop();
    expect(asked).toEqual(['typing:start c', 'typing:stop c']);
    await pass(1_000);
    notify();
    await pass(1_000);
    notify();
    await pass(3_000);
    stop();
    expect(asked).toEqual(['typing:start c', 'typing:stop c', 'typing:start c']);
  });

  it('shows the others in the order of the server, and how many there are', () => {
    const view = typing.view('c');
    const listener = jest.fn();
    const unsubscribe = view.subscribe(listener);
    update(['ann', 'me', 'bob'], 7);
    const shown = view.getSnapshot();
    expect(shown).toEqual({ userIds: ['ann', 'bob'], count: 6 });
    update(['ann', 'bob'], 6);
    expect(view.getSnapshot()).toBe(shown);
    update(['me']);
    update(['zoe'], 1, 'd');
    expect(view.getSnapshot()).toEqual({ userIds: [], count: 0 });
    expect(listener).toHaveBeenCalledTimes(2);
    unsubscribe();
    update(['ann']);
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('ends with the message of whoever typed, with their removal, with the conversation and with the connection', () => {
    const shown = () => typing.view('c').getSnapshot().userIds;
    update(['ann', 'bob', 'cem']);
    message('ann', 'system');
    message('ann');
    expect(shown()).toEqual(['bob', 'cem']);
    typing.event('member:removed', { conversationId: 'c', version: 3, actorId: 'x', userId: 'bob' });
    expect(shown()).toEqual(['cem']);
    typing.event('conversation:archived', { conversationId: 'c', version: 4, actorId: 'x', isArchived: true });
    expect(shown()).toEqual([]);
    update(['ann']);
    typing.event('member:removed', { conversationId: 'c', version: 5, actorId: 'x', userId: 'me' });
    expect(shown()).toEqual([]);
    update(['ann']);
    typing.pause();
    typing.view('c').notify();
    expect([shown(), asked]).toEqual([[], []]);
  });

  it('forgets who types in a group of over 100 members once nobody looks at it, since nobody would say that it is over', () => {
    memberCount = 101;
    const view = typing.view('c');
    const unsubscribe = view.subscribe(() => undefined);
    update(['ann']);
    expect(view.getSnapshot().userIds).toEqual(['ann']);
    unsubscribe();
    expect(view.getSnapshot().userIds).toEqual([]);
    update(['ann']);
    view.subscribe(() => undefined);
    expect(view.getSnapshot().userIds).toEqual([]);
  });

  it('S4.35: is followed without opening a large group', async () => {
    memberCount = 101;
    const listener = jest.fn();
    const typists = typing.view('c').typists;
    const leave = typists.subscribe(listener);
    expect(asked).toEqual([]);
    memberCount = 3;
    update(['ann']);
    expect(typists.getSnapshot().userIds).toEqual(['ann']);
    leave();
    update([]);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('says in a group of over 100 members which conversation is looked at, for as long as it is', async () => {
    memberCount = 101;
    const unsubscribe = typing.view('c').subscribe(() => undefined);
    const another = typing.view('c').subscribe(() => undefined);
    expect(asked).toEqual(['conversation:open c']);
    await pass(9 * 60_000);
    typing.pause();
    typing.resume();
    expect(asked).toEqual(Array(3).fill('conversation:open c'));
    unsubscribe();
    another();
    await pass(60 * 60_000);
    expect(asked).toHaveLength(3);
    memberCount = 100;
    typing.view('c').subscribe(() => undefined)();
    expect(asked).toHaveLength(3);
  });
});
