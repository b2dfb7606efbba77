import { LIMITS } from '@parley/protocol';
import { DEFAULT_ISSUER, hostToken, type Issuer, ParleyNode, PostgresCluster, RestClient } from '@parley/testkit';
import { LiveReader } from './live-reader.js';

/** A server to talk to: one that runs elsewhere, or one of our own that ends with us. */
export interface Venue {
  url: string;
  issuer: Issuer;
  description: string;
  close(): Promise<void>;
}

export async function openVenue(database: 'embedded' | 'postgres'): Promise<Venue> {
  const given = database === 'postgres' ? process.env.DATABASE_URL : undefined;
  const cluster = database === 'postgres' && !given ? await PostgresCluster.start() : null;
  const databaseUrl = given ?? (await cluster?.createDatabase('replay'));
  try {
    const env = { RATE_LIMITS: 'off', ...(databaseUrl && { DATABASE_URL: databaseUrl }) };
    const node = await ParleyNode.start({ env });
    const close = async () => {
      await node.stop();
      await cluster?.stop();
    };
    return { url: node.url, issuer: DEFAULT_ISSUER, description: `a node of its own, ${database} database`, close };
  } catch (error) {
    await cluster?.stop();
    throw error;
  }
}

export interface Group {
  conversationId: string;
  rest: RestClient;
  /** Connected since before the group's first message. */
  readers: LiveReader[];
}

const HOST = { externalId: 'replay-host', name: 'Replay' };

/** Makes the group with its readers in it, who watch from its first version on; then adds the speakers. */
export async function openGroup(venue: Venue, nicks: string[], readerCount: number): Promise<Group> {
  const rest = new RestClient(venue.url, await hostToken(HOST, venue.issuer, { provision: true }));
  const people = Array.from({ length: readerCount }, (_, index) => ({
    externalId: `replay-reader-${index + 1}`,
    name: `Reader ${index + 1}`,
  }));
  const conversationId = crypto.randomUUID();
  const readers: LiveReader[] = [];
  for (const person of people) {
    readers.push(new LiveReader(venue.url, await hostToken(person, venue.issuer), conversationId));
  }
  await Promise.all(readers.map((reader) => reader.connected()));
  await rest.createConversation({ id: conversationId, type: 'group', name: 'Replay', memberIds: people });
  for (let at = 0; at < nicks.length; at += LIMITS.membersPerRequest) {
    const some = nicks.slice(at, at + LIMITS.membersPerRequest);
    await rest.addMembers(conversationId, some.map(personOf));
  }
  return { conversationId, rest, readers };
}

export function personOf(nick: string): { externalId: string; name: string } {
  return { externalId: `replay:${nick}`, name: nick };
}
