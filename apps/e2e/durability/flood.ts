import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HostUser, hostToken, RestClient, ScriptedClient } from '@parley/testkit';

export interface FloodedConversation {
  id: string;
  people: HostUser[];
}

/** One message: what was sent, and what was promised for it. */
export interface Sending {
  conversationId: string;
  person: HostUser;
  clientMessageId: string;
  content: string;
  /** Null until acked. */
  promise: { messageId: string; seq: number; duplicate: boolean } | null;
  /** Codes of refusals for now, before it succeeded. */
  refusals: string[];
}

const IN_FLIGHT = 4;

/** Groups of `members` people each, made over REST with host tokens. */
export async function openConversations(url: string, count: number, members: number): Promise<FloodedConversation[]> {
  const conversations: FloodedConversation[] = [];
  for (let index = 0; index < count; index += 1) {
    const people = Array.from({ length: members }, (_, member) => ({
      externalId: `flood-${index}-${member}`,
      name: `Flood ${index} ${member}`,
    }));
    const [creator, ...others] = people as [HostUser, ...HostUser[]];
    const rest = new RestClient(url, await hostToken(creator, undefined, { provision: true }));
    const { id } = await rest.createConversation({ type: 'group', name: `Flood ${index}`, memberIds: others });
    conversations.push({ id, people });
  }
  return conversations;
}

export async function restOf(url: string, { people }: FloodedConversation): Promise<RestClient> {
  return new RestClient(url, await hostToken(people[0] as HostUser));
}

/** Every member of every conversation sends as fast as acks come back, four in flight, until stopped or cut off. */
export class Flood {
  readonly sendings: Sending[] = [];
  readonly clients: ScriptedClient[] = [];
  private readonly loops: Promise<void>[] = [];
  private stopped = false;

  static async start(url: string, conversations: FloodedConversation[]): Promise<Flood> {
    const flood = new Flood();
    for (const { id, people } of conversations) {
      for (const person of people) {
        const client = await ScriptedClient.connect(url, await hostToken(person));
        flood.clients.push(client);
        for (let lane = 0; lane < IN_FLIGHT; lane += 1) flood.loops.push(flood.keepSending(client, id, person));
      }
    }
    return flood;
  }

  get acked(): Sending[] {
    return this.sendings.filter((sending) => sending.promise !== null);
  }

  /** Resolves once so many sends are acked. */
  async until(acked: number, timeoutMs = 30_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (this.acked.length < acked) {
      if (performance.now() > end) throw new Error(`${this.acked.length} of ${acked} acks within ${timeoutMs} ms`);
      await sleep(5);
    }
  }

  /** Begins no new send; resolves when each has its ack or its connection has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
  }

  close(): void {
    for (const client of this.clients) client.close();
  }

  private async keepSending(client: ScriptedClient, conversationId: string, person: HostUser): Promise<void> {
    while (!this.stopped && client.isConnected) {
      const number = this.sendings.length;
      const content = `message ${number} of ${person.name}`;
      const sending = { conversationId, person, clientMessageId: randomUUID(), content, promise: null, refusals: [] };
      this.sendings.push(sending);
      if (!(await send(client, sending))) return;
    }
  }
}

/** Sends it, again and again while it is refused for now. False where the connection ended before an answer. */
async function send(client: ScriptedClient, sending: Sending): Promise<boolean> {
  const { conversationId, clientMessageId, content } = sending;
  for (;;) {
    const answer = await client
      .command('message:send', { conversationId, clientMessageId, content }, 60_000)
      .catch((error: unknown) => {
        if (client.isConnected) throw error;
        return null;
      });
    if (answer === null) return false;
    if (answer.success) {
      const { messageId, seq, duplicate } = answer;
      sending.promise = { messageId, seq, duplicate };
      return true;
    }
    sending.refusals.push(answer.error.code);
    if (!answer.error.retryable) throw new Error(`${answer.error.code}: ${answer.error.message}`);
    await sleep(answer.error.retryAfterMs ?? 100);
    // It would be kept for a connection that is not opened again.
    if (!client.isConnected) return false;
  }
}

/** Sends all of them once more under their ids, as their senders; answers the new promises in the same order. */
export async function repeat(url: string, sendings: Sending[]): Promise<Sending[]> {
  const again = sendings.map((sending) => ({ ...sending, promise: null, refusals: [] }));
  const bySender = Map.groupBy(again, ({ person }) => person.externalId);
  await Promise.all(
    [...bySender.values()].map(async (own) => {
      const client = await ScriptedClient.connect(url, await hostToken((own[0] as Sending).person));
      await Promise.all(own.map((sending) => send(client, sending)));
      client.close();
    }),
  );
  return again;
}
