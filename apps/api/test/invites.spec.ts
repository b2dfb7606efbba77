import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MadeInvite } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { OVER } from '../src/modules/invites/invites.repository.js';
import { startNode, type TestNode } from './node.js';
import { type Answer, aGroup, aPerson, directOf, type Person, people, succeeded } from './people.js';

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const invitesOf = (id: string) => `/conversations/${id}/invites`;
const invite = async (leader: Person, id: string, body: object = {}): Promise<MadeInvite> =>
  succeeded(await leader.post(invitesOf(id), body));
const accept = (who: Person, { token }: MadeInvite) => who.post('/invites/accept', { token });
const view = (token: string) => node.request.post('/api/invites/view').send({ token });
const why = ({ status, body }: Pick<Answer, 'status' | 'body'>) => [
  status,
  body.error?.code,
  body.error?.details?.[0]?.message,
];

describe('an invite to a group', () => {
  it('says to whoever has it what it leads to, signed out, and makes them a member whom everybody hears of', async () => {
    const { id, owner } = await aGroup(node, { name: 'Gardeners' });
    const guest = await aPerson(node);
    const [watching, coming] = await Promise.all([owner.connect(), guest.connect()]);
    const made = await invite(owner, id, { hours: 1, maxUses: 5 });
    expect(made.url).toBe(`${node.url}/join#${made.token}`);
    const shown = await view(made.token).expect(200);
    expect(shown.body).toEqual({ name: 'Gardeners', memberCount: 2, expiresAt: made.expiresAt });
    const answers = [await accept(guest, made), await accept(guest, made)];
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [201, { conversationId: id }],
      [200, { conversationId: id }],
    ]);
    const [forOne, last] = [await invite(owner, id, { maxUses: 1 }), await aPerson(node)];
    expect([await accept(last, forOne), await accept(last, forOne)].map(({ status }) => status)).toEqual([201, 200]);
    succeeded(await owner.delete(`${invitesOf(id)}/${forOne.id}`));
    expect([(await accept(last, forOne)).status, why(await accept(await aPerson(node), forOne))]).toEqual([
      200,
      [409, 'conflict', 'revoked'],
    ]);
    const added = await watching.first('member:added', ({ conversationId }) => conversationId === id);
    expect(added).toMatchObject({ actorId: guest.id, members: [{ user: { id: guest.id }, role: 'member' }] });
    const told = await watching.first('message:new', ({ message }) => message.conversationId === id);
    expect(told.message).toMatchObject({
      senderId: guest.id,
      metadata: { event: 'member_added', userIds: [guest.id] },
    });
    await coming.first('conversation:created', ({ conversation }) => conversation.id === id);
    await guest.say(id, 'hello');
    const { items } = succeeded(await owner.get(invitesOf(id)));
    const { token: _token, url: _url, ...listed } = made;
    expect(items).toEqual([{ ...listed, uses: 1 }]);
    for (const socket of [watching, coming]) socket.close();
  });

  it('lets in as many as it is for, whoever comes at once, and nobody once it is too old or taken back', async () => {
    const { id, owner } = await aGroup(node);
    const crowd = await people(node, 4);
    const forTwo = await invite(owner, id, { maxUses: 2 });
    const answers = await Promise.all(crowd.map((who) => accept(who, forTwo)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 201, 409, 409]);
    expect(why(await view(forTwo.token))).toEqual([409, 'conflict', 'used']);
    expect((await owner.sees(id)).memberCount).toBe(4);
    const late = crowd[answers.findIndex(({ status }) => status === 409)] as Person;
    const [old, back] = [await invite(owner, id, { hours: 1 }), await invite(owner, id)];
    await node.rows(sql`UPDATE conversation_invites SET expires_at = now() - interval '1 minute' WHERE id = ${old.id}`);
    const revoked = `${invitesOf(id)}/${back.id}`;
    expect([(await owner.delete(revoked)).status, (await owner.delete(revoked)).status]).toEqual([204, 204]);
    expect(why(await accept(late, old))).toEqual([409, 'conflict', 'expired']);
    expect(why(await accept(late, back))).toEqual([409, 'conflict', 'revoked']);
    expect(why(await view(`${back.token}x`))).toEqual([404, 'not_found', undefined]);
    expect(succeeded(await owner.get(invitesOf(id))).items.map((each: MadeInvite) => each.id)).toEqual([forTwo.id]);
  });

  it('keeps out who is banned, whom its maker blocks, and everybody while the group is archived, and counts none of them', async () => {
    const { id, owner } = await aGroup(node);
    const [banned, blocked, guest] = (await people(node, 3)) as [Person, Person, Person];
    await owner.call('PUT', `/conversations/${id}/bans/${banned.id}`);
    await owner.call('PUT', `/users/${blocked.id}/block`);
    const made = await invite(owner, id);
    for (const who of [banned, blocked]) expect(why(await accept(who, made)).slice(0, 2)).toEqual([403, 'forbidden']);
    succeeded(await owner.patch(`/conversations/${id}`, { isArchived: true }));
    expect(why(await accept(guest, made))).toEqual([409, 'conflict', 'archived']);
    expect(succeeded(await owner.get(invitesOf(id))).items).toMatchObject([{ uses: 0 }]);
  });

  it('is for groups, and as many of them as a group may have', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const direct = await directOf(ann, bob);
    expect((await ann.post(invitesOf(direct), {})).body.error.code).toBe('conflict');
    const { id, owner } = await aGroup(node);
    for (const body of [{ hours: 0 }, { maxUses: 1.5 }, { hours: 9_999 }, { uses: 1 }])
      expect((await owner.post(invitesOf(id), body)).body.error.code).toBe('validation_failed');
    const made = await Promise.all(Array.from({ length: 101 }, () => owner.post(invitesOf(id), {})));
    expect(made.filter(({ status }) => status === 201)).toHaveLength(100);
    expect(made.flatMap((answer) => (answer.status === 201 ? [] : [why(answer)]))).toEqual([
      [409, 'conflict', 'too_many'],
    ]);
  });

  it('is remembered once it is over, and of many that are the latest', async () => {
    const { id, owner } = await aGroup(node);
    const takenBack = async (): Promise<MadeInvite> => {
      const made = await invite(owner, id);
      succeeded(await owner.delete(`${invitesOf(id)}/${made.id}`));
      return made;
    };
    const made = [await invite(owner, id), await takenBack(), await takenBack(), await takenBack()];
    const { most } = OVER;
    OVER.most = 1;
    await invite(owner, id);
    OVER.most = most;
    const answers = await Promise.all(made.map(({ token }) => view(token)));
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 404, 409]);
  });

  it('has a token that is stored as its hash, and that no list, log or audit has', async () => {
    const { id, owner } = await aGroup(node);
    const made = await invite(owner, id);
    await view(made.token).expect(200);
    succeeded(await accept(await aPerson(node), made));
    const stored =
      await node.rows(sql`SELECT row_to_json(i)::text AS row FROM conversation_invites i WHERE id = ${made.id}
                                       UNION ALL SELECT row_to_json(a)::text FROM audit_log a WHERE target_id = ${made.id}`);
    expect(stored).toHaveLength(2);
    const written = JSON.stringify([stored, node.logs, succeeded(await owner.get(invitesOf(id)))]);
    expect(written).toContain('/api/invites/accept');
    expect(written).not.toContain(made.token);
  });
});
