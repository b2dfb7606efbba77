import type { ConversationType, MemberRole } from '@parley/protocol';
import type { TestNode } from './node.js';
import { aPerson, directOf, groupOf, type Person, people, succeeded } from './people.js';
import { NOWHERE, type Place } from './permission-probes.js';

/** Who tries something, of those who have an account. */
export type ActorName = MemberRole | 'removed' | 'stranger';

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

const GROUP: readonly ActorName[] = ['stranger', 'removed', 'member', 'admin', 'owner'];
const DIRECT: readonly ActorName[] = ['stranger', 'member', 'owner'];

/** Those who try everything in a conversation of this type. */
export const actorsOf = (type: ConversationType) => (type === 'group' ? GROUP : DIRECT);

export async function aStage(node: TestNode, type: ConversationType, isArchived: boolean): Promise<Stage> {
  const stage = type === 'group' ? await groupStage(node, isArchived) : await directStage(node, isArchived);
  const { conversationId } = (stage.actors[0] as Actor).at;
  if (isArchived) succeeded(await stage.watcher.patch(`/conversations/${conversationId}`, { isArchived }));
  return stage;
}

async function groupStage(node: TestNode, isArchived: boolean): Promise<Stage> {
  const [watcher, owner, admin, member, removed, someMember] = await sixPeople(node);
  const id = await groupOf(watcher, [owner, admin, member, removed, someMember]);
  const as = async (person: Person, role: MemberRole) =>
    succeeded(await watcher.patch(`/conversations/${id}/members/${person.id}`, { role }));
  await as(owner, 'owner');
  await as(admin, 'admin');
  const written = await writtenBy(id, [watcher, owner, admin, member, removed]);
  const departed = { member: '', admin: '', owner: '' };
  for (const role of ['member', 'admin', 'owner'] as const) {
    const person = await aPerson(node);
    succeeded(await watcher.post(`/conversations/${id}/members`, { memberIds: [person.id] }));
    await as(person, role);
    succeeded(await person.delete(`/conversations/${id}/members/${person.id}`));
    departed[role] = person.id;
  }
  succeeded(await watcher.delete(`/conversations/${id}/members/${removed.id}`));
  const place = { ...NOWHERE, conversationId: id, name: 'A group', isArchived, someMember: someMember.id, departed };
  const others = written.get(watcher.id) as Written;
  const actor = (name: ActorName, role: MemberRole | null, person: Person): Actor => {
    const own = written.get(person.id) ?? others;
    return { name, role, person, at: { ...place, ...names(own, others), me: person.id } };
  };
  const actors = [
    actor('stranger', null, await aPerson(node)),
    actor('removed', null, removed),
    actor('member', 'member', member),
    actor('admin', 'admin', admin),
    actor('owner', 'owner', owner),
  ];
  return { type: 'group', isArchived, watcher, actors };
}

async function directStage(node: TestNode, isArchived: boolean): Promise<Stage> {
  const [owner, member, stranger] = (await people(node, 3)) as [Person, Person, Person];
  const id = await directOf(owner, member);
  const written = await writtenBy(id, [owner, member]);
  const place = { ...NOWHERE, conversationId: id, isArchived, someMember: member.id };
  const actor = (name: ActorName, role: MemberRole | null, [person, other]: [Person, Person]): Actor => {
    const others = written.get(other.id) as Written;
    return { name, role, person, at: { ...place, ...names(written.get(person.id) ?? others, others), me: person.id } };
  };
  const actors = [
    actor('stranger', null, [stranger, owner]),
    actor('member', 'member', [member, owner]),
    actor('owner', 'owner', [owner, member]),
  ];
  return { type: 'direct', isArchived, watcher: owner, actors };
}

const sixPeople = (node: TestNode) => people(node, 6) as Promise<[Person, Person, Person, Person, Person, Person]>;

/** A message of somebody, and one that they have deleted. */
interface Written {
  kept: string;
  deleted: string;
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
