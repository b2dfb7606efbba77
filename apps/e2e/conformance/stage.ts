import { randomUUID } from 'node:crypto';
import type { ConversationDetail, Me } from '@parley/protocol';
import { Coverage } from './coverage.js';
import type { DeviceOptions } from './device.contract.js';
import type { DocumentedContract } from './documented-contract.js';
import { hostToken } from './host-token.js';
import type { Line } from './line.js';
import { type Connect, Person } from './person.js';
import type { Venue } from './venue.js';

/** One behaviour of the contract: a sentence, and what shows it. */
export type Behaviours = Readonly<Record<string, (stage: Stage) => Promise<void>>>;

/** A deployment on which one behaviour after the other is tried, each with people of its own. */
export class Stage {
  readonly coverage: Coverage;
  private lines: Line[] = [];
  private people = 0;

  constructor(
    private readonly venue: Venue,
    contract: DocumentedContract,
    private readonly connect: Connect,
  ) {
    this.coverage = new Coverage(contract);
  }

  /** The nodes, for requests to each. */
  get urls(): readonly string[] {
    return this.venue.urls;
  }

  token(claims: object): string {
    return hostToken(this.venue.issuer, claims);
  }

  /** A new user: each next one is on the next node. */
  async person(claims: object = {}): Promise<Person> {
    const sub = `c${randomUUID().slice(0, 12)}`;
    const token = this.token({ sub, name: sub, ...claims });
    const place = this.place();
    const { id, username } = await new Person(place, '', '', token).get<Me>('/users/me');
    return new Person(place, id, username, token);
  }

  async crowd<const Count extends number>(count: Count): Promise<Tuple<Person, Count>> {
    const people = await Promise.all(Array.from({ length: count }, () => this.person()));
    return people as unknown as Tuple<Person, Count>;
  }

  /** A new user with an account of Parley's own. */
  async account(): Promise<Person & { password: string; cookie: string }> {
    const place = this.place();
    const [username, password] = [`c${randomUUID().slice(0, 12)}`, randomUUID()];
    const guest = new Person(place, '', '', '');
    const { status, headers, text } = await guest.call('POST', '/auth/register', { username, password });
    if (status !== 201) throw new Error(`The account was refused: ${status} ${text}`);
    const { user, accessToken } = JSON.parse(text) as { user: Me; accessToken: string };
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    return Object.assign(new Person(place, user.id, username, accessToken), { password, cookie });
  }

  /** A group with the first of them as its owner. */
  async group(people: readonly Person[], name = 'A group'): Promise<string> {
    const [owner, ...others] = people;
    if (!owner) throw new Error('A group needs somebody.');
    const memberIds = others.map(({ id }) => id);
    return (await owner.post<ConversationDetail>('/conversations', { type: 'group', name, memberIds })).id;
  }

  async direct(one: Person, other: Person): Promise<string> {
    return (await one.post<ConversationDetail>('/conversations', { type: 'direct', memberIds: [other.id] })).id;
  }

  /** A group of so many, with a connected device of each; neighbours are on different nodes. */
  async scene<const Count extends number>(
    count: Count,
    options: DeviceOptions = {},
  ): Promise<{ id: string; people: Tuple<Person, Count>; lines: Tuple<Line, Count> }> {
    const people = await this.crowd(count);
    const id = await this.group(people as readonly Person[]);
    const lines = await Promise.all((people as readonly Person[]).map((person) => person.connect(options)));
    return { id, people, lines: lines as unknown as Tuple<Line, Count> };
  }

  /** The end of a behaviour: closes every socket; what was wrong on any of them. */
  clear(): string[] {
    const broken = this.lines.flatMap((line) => line.close());
    this.lines = [];
    return broken;
  }

  private place() {
    const { urls } = this.venue;
    const at = this.people % urls.length;
    this.people += 1;
    return {
      urls: [...urls.slice(at), ...urls.slice(0, at)],
      coverage: this.coverage,
      connect: this.connect,
      opened: (line: Line) => void this.lines.push(line),
    };
  }
}

/** So many of one kind, each with a name of its own when taken apart. */
type Tuple<Kind, Count extends number, List extends Kind[] = []> = List['length'] extends Count
  ? List
  : Tuple<Kind, Count, [...List, Kind]>;
