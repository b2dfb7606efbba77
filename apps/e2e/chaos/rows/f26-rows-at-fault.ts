import { randomUUID } from 'node:crypto';
import { type HostUser, hostToken, ScriptedClient } from '@parley/testkit';
import { openConversations } from '../../durability/flood.js';
import { asAdmin } from '../database-sessions.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

/**
 * By a trigger, by damage, by a mistake in a trigger, by data, by what looks like a race, by a code outside the
 * standard.
 */
const STATES = ['P0001', 'XX001', 'XX000', '42883', '22012', '40001', 'Q0042'];
const ROUNDS = 12;
const AT_ONCE = 60;
const SHARE = 0.08;

const SPOIL = `
  CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'spoilt' USING ERRCODE = right(NEW.content, 5); END $$;
  CREATE TRIGGER spoil BEFORE INSERT ON messages FOR EACH ROW
    WHEN (NEW.content LIKE 'spoilt by _____') EXECUTE FUNCTION spoil()`;

/** F26: rows that fail whenever they are written arrive among others, and share their batches. */
export const rowsAtFault: Row = {
  id: 'F26',
  title: 'rows that a trigger or damage makes fail, among good ones',
  nodes: 1,
  async run(stage) {
    const { url } = stage.fleet.balancer;
    const [conversation] = await openConversations(url, 1, 4);
    if (!conversation) throw new Error('No conversation was opened.');
    const connecting = conversation.people.map(async (person: HostUser) =>
      ScriptedClient.connect(url, await hostToken(person)),
    );
    const clients = await Promise.all(connecting);
    await asAdmin(stage.fleet, (admin) => admin.query(SPOIL));
    const refusals = await stage.fault('rows at fault', {}, () => bursts(stage, clients, conversation.id));
    await asAdmin(stage.fleet, (admin) => admin.query('DROP TRIGGER spoil ON messages'));
    for (const client of clients) client.close();
    stage.figure('good messages refused', `${refusals.good} of ${ROUNDS * AT_ONCE - refusals.bad}`);
    stage.must(refusals.bad > 0, 'No row was at fault.');
    stage.must(refusals.good === 0, `${refusals.good} good messages were refused with those at fault.`);
    stage.must(refusals.stored === 0, `${refusals.stored} rows at fault were acknowledged.`);
  },
};

/** Many sends at a time, some of which cannot be stored; who was refused. */
async function bursts(stage: Stage, clients: readonly ScriptedClient[], conversationId: string) {
  const count = { good: 0, bad: 0, stored: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const sends = Array.from({ length: AT_ONCE }, async (_, i) => {
      const isBad = stage.random.chance(SHARE);
      const content = isBad ? `spoilt by ${STATES[stage.random.below(STATES.length)]}` : `${round} ${i}`;
      const message = { conversationId, clientMessageId: randomUUID(), content };
      const { success } = await (clients[i % clients.length] as ScriptedClient).command(
        'message:send',
        message,
        30_000,
      );
      if (isBad) count.bad += 1;
      if (isBad && success) count.stored += 1;
      if (!isBad && !success) count.good += 1;
    });
    await Promise.all(sends);
  }
  return count;
}
