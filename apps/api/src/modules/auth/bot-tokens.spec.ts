import { afterEach, expect, it } from '@jest/globals';
import { BotTokens } from './bot-tokens.js';
import type { BotsRepository } from './bots.repository.js';
import { SessionEvents } from './session-events.js';

const BOTS = ['one', 'other'];
const events = new SessionEvents({} as never);
const loaded: string[] = [];
const repository = {
  ownerOf: async () => {
    const userId = BOTS[loaded.length % BOTS.length] as string;
    loaded.push(userId);
    return { tokenId: `token of ${userId}`, userId, isDisabled: false };
  },
} as unknown as BotsRepository;
const tokens = new BotTokens(repository, events);
afterEach(() => tokens.onModuleDestroy());

it('looks a token up again once a session of its bot has ended, and not for sessions of others', async () => {
  const verifyBoth = async () => {
    for (const bot of BOTS) await tokens.verify(bot);
  };
  await verifyBoth();
  events.ended({ userId: 'a person', sessionIds: ['s'], isDisabled: true });
  await verifyBoth();
  expect(loaded).toEqual(BOTS);
  events.ended({ userId: 'one', sessionIds: ['token of one'], isDisabled: false });
  await verifyBoth();
  expect(loaded).toEqual([...BOTS, 'one']);
});
