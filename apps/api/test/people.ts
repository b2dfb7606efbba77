import { randomUUID } from 'node:crypto';
import { TestUser, type Answer as TypedAnswer } from '@parley/testkit';
import type { JWTPayload } from 'jose';
import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import type { TestNode } from './node.js';
import { TestSocket } from './test-socket.js';

/** Any UUID that nothing has. */
export const NOBODY = '018f0000-0000-7000-8000-000000000000';

export type Answer = TypedAnswer<any>;

/** A user with a token, over REST and sockets of one node. */
export class Person extends TestUser {
  constructor(
    readonly node: TestNode,
    id: string,
    username: string,
    token: string,
  ) {
    super(node.url, id, username, token);
  }

  get = (path: string) => this.call<any>('GET', path);
  post = (path: string, body?: unknown) => this.call<any>('POST', path, body);
  patch = (path: string, body: unknown) => this.call<any>('PATCH', path, body);
  delete = (path: string) => this.call<any>('DELETE', path);

  connect(options?: Partial<ManagerOptions & SocketOptions>): Promise<TestSocket> {
    return TestSocket.open(this.node.url, this.token, options);
  }

  /** Sends a text over REST and returns the message. */
  async say(conversationId: string, content: string, more: object = {}): Promise<any> {
    return succeeded(await this.post(`/conversations/${conversationId}/messages`, { content, ...more }));
  }

  /** A conversation as this person sees it. */
  async sees(conversationId: string): Promise<any> {
    return succeeded(await this.get(`/conversations/${conversationId}`));
  }
}

/** The body of an answer that must be a success. */
export function succeeded({ status, body, text }: Answer): any {
  if (status < 200 || status > 299) throw new Error(`Answered ${status}: ${text}`);
  return body;
}

/** The code of a refusal, else the status. */
export const codeOf = ({ status, body }: Pick<Answer, 'status' | 'body'>) => body?.error?.code ?? status;

/** What a refusal says is wrong, by its path. */
export const pathOf = ({ body }: Pick<Answer, 'body'>) => body?.error?.details?.[0]?.path;

/** A user of the host product whom nobody else knows of; `sub` is also their name. */
export async function aPerson(node: TestNode, claims: JWTPayload = {}): Promise<Person> {
  const sub = `p${randomUUID().slice(0, 8)}`;
  const { id, username, token } = await node.hostUser(sub, claims);
  return new Person(node, id, username, token);
}

export function people(node: TestNode, count: number): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, () => aPerson(node)));
}

export interface Group {
  id: string;
  owner: Person;
  /** The others. */
  members: Person[];
}

/** A group with as many members besides its owner. */
export async function aGroup(node: TestNode, { members = 1, name = 'A group' } = {}): Promise<Group> {
  const [owner, ...others] = (await people(node, members + 1)) as [Person, ...Person[]];
  return { id: await groupOf(owner, others, name), owner, members: others };
}

/** Makes these people a group and returns its id. */
export async function groupOf(owner: Person, others: readonly Person[], name = 'A group'): Promise<string> {
  const memberIds = others.map(({ id }) => id);
  const first = memberIds.splice(0, 100);
  const { id } = succeeded(await owner.post('/conversations', { type: 'group', name, memberIds: first }));
  while (memberIds.length > 0) {
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: memberIds.splice(0, 100) }));
  }
  return id;
}

/** The direct conversation of two people; its id. */
export async function directOf(one: Person, other: Person): Promise<string> {
  return succeeded(await one.post('/conversations', { type: 'direct', memberIds: [other.id] })).id;
}

/** The same value so many times, as what many answers are expected to be. */
export const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
