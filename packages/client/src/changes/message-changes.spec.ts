import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Message } from '@parley/protocol';
import { deferred } from '../deferred.js';
import { OwnChanges } from '../model/own-changes.js';
import { SdkError } from '../sdk-error.js';
import { MessageChanges } from './message-changes.js';

interface Asked {
  name: string;
  payload: object;
  answer: ReturnType<typeof deferred<never>>;
}

const REFUSED = new SdkError('forbidden', 'No.', { retryable: false });

describe('Changes to messages', () => {
  let asked: Asked[];
  let own: OwnChanges;
  let told: unknown[];
  let changes: MessageChanges;

  beforeEach(() => {
    asked = [];
    own = new OwnChanges();
    told = [];
    changes = new MessageChanges({
      ask: (name, payload) => {
        const answer = deferred<never>();
        asked.push({ name, payload, answer });
        return answer.promise;
      },
      own: (messageId) => own.of(messageId),
      setOwn: (messageId, change) => own.set(messageId, change),
      onEdited: ({ version }) => told.push(version),
      onReacted: (_messageId, { version }) => told.push(version),
    });
  });

  const settle = () => new Promise((resolve) => setTimeout(resolve));
  const answer = async (result: object, at = asked.length - 1) => {
    asked[at]?.answer.resolve(result as never);
    await settle();
  };
  const refuse = async (at = asked.length - 1) => {
    asked[at]?.answer.reject(REFUSED);
    await settle();
  };
  const edited = (version: number) => answer({ message: { id: 'm', version } as Message });
  const names = () => asked.map(({ name }) => name);

  describe('by an edit', () => {
    it('M3: show its text at once, until the server has it', async () => {
      const edit = changes.edit('m', { content: 'second', ifVersion: 3 });
      expect(own.of('m').edit).toEqual({ content: 'second', failure: null });
      expect(asked[0]).toMatchObject({
        name: 'message:edit',
        payload: { messageId: 'm', content: 'second', ifVersion: 3 },
      });
      await edited(4);
      expect(own.of('m').edit).toBeNull();
      expect(told).toEqual([4]);
      expect(await edit).toMatchObject({ version: 4 });
    });

    it('M3: keep it with the reason where it is refused, until it is discarded', async () => {
      const edit = changes.edit('m', { content: 'second' });
      const fault = edit.catch((reason: unknown) => reason);
      changes.discardEdit('m');
      expect(own.of('m').edit).not.toBeNull();
      await refuse();
      expect(await fault).toBe(REFUSED);
      expect(own.of('m').edit).toEqual({ content: 'second', failure: REFUSED });
      changes.discardEdit('m');
      expect(own.of('m').edit).toBeNull();
    });

    it('are made one after the other, each of what the one before has left', async () => {
      void changes.edit('m', { content: 'second', ifVersion: 3 });
      void changes.edit('m', { content: 'third', ifVersion: 3 });
      void changes.edit('n', { content: 'other', ifVersion: 8 });
      expect(asked.map(({ payload }) => payload)).toMatchObject([{ content: 'second' }, { content: 'other' }]);
      await answer({ message: { id: 'm', version: 5 } }, 0);
      expect(asked[2]?.payload).toEqual({ messageId: 'm', content: 'third', ifVersion: 5 });
      expect(own.of('m').edit).toEqual({ content: 'third', failure: null });
      await edited(6);
      expect(own.of('m').edit).toBeNull();
    });

    it('go on as they were where the one before was refused', async () => {
      const first = changes.edit('m', { content: 'second', ifVersion: 3 }).catch(() => 'refused');
      void changes.edit('m', { content: 'third', ifVersion: 3 });
      await refuse(0);
      expect(await first).toBe('refused');
      expect(asked[1]?.payload).toEqual({ messageId: 'm', content: 'third', ifVersion: 3 });
      expect(own.of('m').edit).toEqual({ content: 'third', failure: null });
    });
  });

  describe('by a reaction', () => {
    it('M2: show it at once, until the server has it', async () => {
      const reaction = changes.react('m', '👍', true);
      expect(own.of('m').reactions).toEqual({ '👍': true });
      await answer({ version: 4, reactions: [{ emoji: '👍', count: 1, reactedByMe: true }] });
      expect(await reaction).toEqual([{ emoji: '👍', count: 1, reactedByMe: true }]);
      expect(own.of('m').reactions).toEqual({});
      expect(told).toEqual([4]);
    });

    it('M2: ask for what was wished last, one command after the other', async () => {
      const all = [true, false, true, false].map((isWanted) => changes.react('m', '👍', isWanted));
      void changes.react('m', '🎉', true);
      expect(names()).toEqual(['reaction:add', 'reaction:add']);
      await answer({ version: 4, reactions: [] }, 0);
      expect(names()).toEqual(['reaction:add', 'reaction:add', 'reaction:remove']);
      expect(own.of('m').reactions).toEqual({ '👍': false, '🎉': true });
      await answer({ version: 5, reactions: [] }, 2);
      expect(await Promise.all(all)).toEqual([[], [], [], []]);
      expect(own.of('m').reactions).toEqual({ '🎉': true });
    });

    it('M2: ask for nothing more where the last wish is what the server has', async () => {
      void changes.react('m', '👍', true);
      void changes.react('m', '👍', false);
      void changes.react('m', '👍', true);
      await answer({ version: 4, reactions: [] });
      expect(names()).toEqual(['reaction:add']);
      expect(own.of('m').reactions).toEqual({});
    });

    it('M2: take it back where it is refused, and tell why until the next one or until that is dismissed', async () => {
      const reaction = changes.react('m', '👍', true).catch((reason: unknown) => reason);
      await refuse();
      expect(await reaction).toBe(REFUSED);
      expect(own.of('m')).toMatchObject({ reactions: {}, reactionFailure: REFUSED });
      changes.dismissReaction('m');
      expect(own.of('m').reactionFailure).toBeNull();
      changes.react('m', '👍', true).catch(() => undefined);
      await refuse();
      void changes.react('m', '🎉', true);
      expect(own.of('m')).toMatchObject({ reactions: { '🎉': true }, reactionFailure: null });
    });
  });
});
