import type { ConversationType, MemberRole } from '@parley/protocol';
import type { TestNode } from './node.js';
import { aPerson, directOf, groupOf, type Person, people, succeeded } from './people.js';
import { NOWHERE, type Place } from './permission-probes.js';
import { aFile, PNG } from './uploads.js';

/** Who tries something, of those who have an account. */
export type ActorName = MemberRole | 'removed' | 'stranger' | 'blocked';

export interface Actor {
  name: ActorName;
  /** Null where they are not in it. */
  role: MemberRole | null;
  person: Person;
  /** What they name in it. */
  at: Place;
}

/** A conversation, and everybody who tries something in it. */
export interface Stage {
  type: ConversationType;
  isArchived: boolean;
  /** Somebody who stays in it and tries nothing. */
  watcher: Person;
  actors: Actor[];
}

const GROUP: readonly ActorName[] = ['stranger', 'removed', 'blocked', 'member', 'admin', 'owner'];
const DIRECT: readonly ActorName[] = ['stranger', 'blocked', 'member', 'owner'];

/** Those who try everything in a conversation of this type. */
export const actorsOf = (type: ConversationType) => (type === 'group' ? GROUP : DIRECT);

export async function aStage(node: TestNode, type: ConversationType, isArchived: boolean): Promise<Stage> {
  const stage = type === 'group' ? await groupStage(node, isArchived) : await directStage(node, isArchived);
  for (const { role, person, at } of isArchived ? stage.actors : []) {
    if (role !== 'owner' && type === 'group') continue;
    if (role) succeeded(await person.patch(`/conversations/${at.conversationId}`, { isArchived }));
  }
  return stage;
}

async function groupStage(node: TestNode, isArchived: boolean): Promise<Stage> {
  const [watcher, owner, admin, member, removed, someMember, blocked] = await sevenPeople(node);
  const id = await groupOf(watcher, [owner, admin, member, removed, someMember, blocked]);
  const as = async (person: Person, role: MemberRole) =>
    succeeded(await watcher.patch(`/conversations/${id}/members/${person.id}`, { role }));
  await as(owner, 'owner');
  await as(admin, 'admin');
  succeeded(await watcher.call('PUT', `/users/${blocked.id}/block`));
  const written = await writtenBy(id, [watcher, owner, admin, member, removed, blocked]);
  const departed = { member: '', admin: '', owner: '' };
  for (const role of ['member', 'admin', 'owner'] as const) {
    const person = await aPerson(node);
    succeeded(await watcher.post(`/conversations/${id}/members`, { memberIds: [person.id] }));
    await as(person, role);
    succeeded(await person.delete(`/conversations/${id}/members/${person.id}`));
    departed[role] = person.id;
  }
  succeeded(await watcher.delete(`/conversations/${id}/members/${removed.id}`));
  const others = written.get(watcher.id) as Written;
  const report = await reported(member, others);
  const file = await carriedBy(watcher, id);
  const place = {
    ...{ ...NOWHERE, conversationId: id, name: 'A group', isArchived },
    ...{ someMember: someMember.id, report, file, departed },
  };
  const actor = (name: ActorName, role: MemberRole | null, person: Person): Actor => {
    const own = written.get(person.id) ?? others;
    return { name, role, person, at: { ...place, ...names(own, others), me: person.id } };
  };
  const actors = [
    actor('stranger', null, await aPerson(node)),
    actor('removed', null, removed),
    actor('blocked', 'member', blocked),
    actor('member', 'member', member),
    actor('admin', 'admin', admin),
    actor('owner', 'owner', owner),
  ];
  return { type: 'group', isArchived, watcher, actors };
}

/** Whoever is blocked tries everything in a conversation with somebody else than the others are in. */
async function directStage(node: TestNode, isArchived: boolean): Promise<Stage> {
  const [owner, member, blocker, blocked, stranger] = (await people(node, 5)) as FivePeople;
  const pair = await aPair(owner, member, isArchived);
  const blockedPair = await aPair(blocker, blocked, isArchived);
  succeeded(await blocker.call('PUT', `/users/${blocked.id}/block`));
  const actors: Actor[] = [
    { name: 'stranger', role: null, person: stranger, at: pair(member) },
    { name: 'blocked', role: 'member', person: blocked, at: blockedPair(blocked) },
    { name: 'member', role: 'member', person: member, at: pair(member) },
    { name: 'owner', role: 'owner', person: owner, at: pair(owner) },
  ];
  return { type: 'direct', isArchived, watcher: owner, actors };
}

/** What each of two people names in their direct conversation. */
async function aPair(owner: Person, member: Person, isArchived: boolean): Promise<(me: Person) => Place> {
  const conversationId = await directOf(owner, member);
  const written = await writtenBy(conversationId, [owner, member]);
  const of = (person: Person) => written.get(person.id) as Written;
  const report = await reported(member, of(owner));
  const file = await carriedBy(owner, conversationId);
  const place = { ...NOWHERE, conversationId, isArchived, someMember: member.id, report, file };
  return (me) => ({ ...place, ...names(of(me), of(me === owner ? member : owner)), me: me.id });
}

type FivePeople = [Person, Person, Person, Person, Person];

const sevenPeople = (node: TestNode) => people(node, 7) as Promise<[...FivePeople, Person, Person]>;

/** A message of somebody, and one that they have deleted. */
interface Written {
  kept: string;
  deleted: string;
}

const reported = async (reporter: Person, { kept }: Written): Promise<string> =>
  succeeded(await reporter.post(`/messages/${kept}/reports`, { reason: 'other' })).id;

/** A picture in a message of somebody's. */
async function carriedBy(author: Person, conversationId: string): Promise<string> {
  const fileId = await aFile(author, PNG);
  await author.say(conversationId, 'a file', { metadata: { fileId } });
  return fileId;
}

const names = (own: Written, others: Written) => ({
  own: own.kept,
  ownDeleted: own.deleted,
  others: others.kept,
  othersDeleted: others.deleted,
});

async function writtenBy(conversationId: string, authors: readonly Person[]): Promise<Map<string, Written>> {
  const written = new Map<string, Written>();
  for (const author of authors) {
    const kept = await author.say(conversationId, 'mine');
    const deleted = await author.say(conversationId, 'hello');
    succeeded(await author.delete(`/messages/${deleted.id}`));
    written.set(author.id, { kept: kept.id, deleted: deleted.id });
  }
  return written;
}
