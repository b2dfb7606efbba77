import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { AuditService } from '../src/modules/audit/index.js';
import { startNode, type TestNode } from './node.js';
import { type Answer, aPerson, NOBODY, Person, succeeded } from './people.js';

let node: TestNode;
let chief: Person;
let second: Person;

beforeAll(async () => {
  node = await startNode({ ADMIN_USERS: 'host:chief, host:second', REGISTRATION: 'closed' });
  [chief, second] = await Promise.all([named('chief'), named('second')]);
});
afterAll(() => node.close());

async function named(sub: string): Promise<Person> {
  const { id, username, token } = await node.hostUser(sub);
  return new Person(node, id, username, token);
}

const refusal = ({ status, body }: Answer) => [status, body?.error?.code, body?.error?.details?.[0]?.message];
const disable = (who: Person, id: string, isDisabled = true) => who.patch(`/users/${id}`, { isDisabled });
const logged = async (): Promise<AuditEntry[]> => succeeded(await chief.get('/audit')).items;

describe('the audit log', () => {
  it('S4.44: has who disabled and enabled whom, once for each change, newest first', async () => {
    const ann = await aPerson(node);
    for (const isDisabled of [true, true, false]) succeeded(await disable(chief, ann.id, isDisabled));
    const { items, users } = succeeded(await chief.get('/audit'));
    const done = { actorId: chief.id, target: { kind: 'user', id: ann.id }, conversationId: null, details: {} };
    expect(items.slice(0, 2)).toEqual([
      { ...done, action: 'account_enabled', id: expect.any(String), at: expect.stringMatching(/Z$/) },
      { ...done, action: 'account_disabled', id: expect.any(String), at: expect.stringMatching(/Z$/) },
    ]);
    expect(users).toEqual(expect.arrayContaining([chief, ann].map(({ id }) => expect.objectContaining({ id }))));
  });

  it('only grows: every change of it is refused, to whoever asks the database', async () => {
    succeeded(await disable(chief, (await aPerson(node)).id));
    for (const change of [
      sql`UPDATE audit_log SET action = 'nothing'`,
      sql`DELETE FROM audit_log`,
      sql`TRUNCATE audit_log`,
    ]) {
      await expect(node.rows(change)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('only grows') },
      });
    }
    expect((await logged()).map(({ action }) => action)).toContain('account_disabled');
  });

  it('has nothing of what was rolled back', async () => {
    const { main } = node.node.databases;
    const audit = node.node.app.get(AuditService);
    const undone = main.transaction(async (tx) => {
      await audit.record({ actorId: null, action: 'bot_created', target: { kind: 'user', id: NOBODY } }, tx);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect((await logged()).filter(({ target }) => target?.id === NOBODY)).toEqual([]);
  });

  it('is for server admins, in pages', async () => {
    const [ann, bob] = [await aPerson(node), await aPerson(node)];
    for (const { id } of [ann, bob]) succeeded(await disable(chief, id));
    expect(refusal(await (await aPerson(node)).get('/audit'))).toEqual([403, 'forbidden', undefined]);
    const first = succeeded(await chief.get('/audit?limit=1'));
    const next = succeeded(await chief.get(`/audit?limit=1&cursor=${first.nextCursor}`));
    const ids = [...first.items, ...next.items].map(({ target }) => target.id);
    expect([ids, first.hasMore]).toEqual([[bob.id, ann.id], true]);
    for (const wrong of ['limit=0', 'limit=101', 'cursor=x', 'what=ever']) {
      expect(refusal(await chief.get(`/audit?${wrong}`)).slice(0, 2)).toEqual([400, 'validation_failed']);
    }
  });
});

describe('disabling', () => {
  it('§2: is for server admins, about others that exist, and never about the last of them', async () => {
    const ann = await aPerson(node);
    expect(refusal(await disable(ann, chief.id))).toEqual([403, 'forbidden', undefined]);
    expect(refusal(await disable(chief, chief.id))).toEqual([403, 'forbidden', undefined]);
    expect(refusal(await disable(chief, NOBODY))).toEqual([404, 'not_found', undefined]);
    const answers = await Promise.all([disable(chief, second.id), disable(second, chief.id)]);
    // Whichever comes second finds itself disabled, or the other the last admin.
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const rows = await node.rows(sql`SELECT 1 FROM users WHERE is_disabled AND external_id IN ('chief', 'second')`);
    expect(rows).toHaveLength(1);
    await node.rows(sql`UPDATE users SET is_disabled = false`);
  });
});
