import type { ConversationDetail } from '@parley/protocol';
import { HttpClient } from '../clients/http-client.js';
import type { Recorder } from '../history/recorder.js';
import { invite, type Person } from './person.js';
import type { WorkloadShape } from './workload-shape.js';

export interface Gathering {
  id: string;
  kind: 'hot' | 'group' | 'direct' | 'probe';
  owner: Person;
  /** The acting members, as far as the workload has added or removed them. */
  members: Set<Person>;
  /** The members who may be removed and added again. */
  movable: Person[];
}

export interface Fixture {
  actors: Person[];
  /** By node. */
  observers: Person[][];
  probers: Person[];
  raw: Person;
  gatherings: Gathering[];
}

const AT_ONCE = 8;

/** Creates the users and their conversations, before any fault. */
export async function createFixture(options: {
  url: string;
  nodes: number;
  run: string;
  shape: WorkloadShape;
  recorder: Recorder;
}): Promise<Fixture> {
  const { url, nodes, run, shape, recorder } = options;
  const invited = (all: string[]) => inTurn(all, (name) => invite(url, run, name));
  const actors = await invited(names('user', shape.users));
  const probers = await invited(names('prober', shape.probeEvery > 0 ? nodes : 0));
  const observing = await invited(names('observer', nodes * shape.observers));
  const [raw] = (await invited(['raw'])) as [Person];
  const observers = Array.from({ length: nodes }, (_, node) => observing.filter((__, index) => index % nodes === node));
  const create = async (kind: Gathering['kind'], members: Person[], silent: Person[]): Promise<Gathering> => {
    const [owner, ...others] = members as [Person, ...Person[]];
    const memberIds = [...others, ...silent].map(({ id }) => id);
    const body = kind === 'direct' ? { type: 'direct', memberIds } : { type: 'group', name: kind, memberIds };
    const made = await new HttpClient(url, owner.token).request<ConversationDetail>(
      'POST',
      '/conversations',
      body,
      20_000,
    );
    recorder.record({ type: 'created', conversation: made.id, members: [owner.id, ...memberIds] });
    // Two of each group come and go, never its owner.
    const movable = kind === 'group' ? others.slice(-2) : [];
    return { id: made.id, kind, owner, members: new Set(members), movable };
  };
  const gatherings = [await create('hot', actors.slice(0, shape.hotMembers), [...observing, raw])];
  for (let number = 0; number < shape.groups; number += 1) {
    const members = around(actors, number * 7, shape.groupMembers);
    gatherings.push(await create('group', members, [...observing, raw]));
  }
  for (let number = 0; number < shape.directs; number += 1) {
    gatherings.push(await create('direct', around(actors, number * 2, 2), []));
  }
  if (probers.length > 0) gatherings.push(await create('probe', probers, [raw]));
  return { actors, observers, probers, raw, gatherings };
}

function names(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`);
}

function around<T>(items: readonly T[], from: number, count: number): T[] {
  return Array.from({ length: Math.min(count, items.length) }, (_, index) => items[(from + index) % items.length] as T);
}

/** Several at once, each result in its place. */
export async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
