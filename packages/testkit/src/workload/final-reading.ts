import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ConversationDetail,
  ConversationPage,
  Member,
  Message,
  MessagePage,
  Page,
  UnreadSummary,
} from '@parley/protocol';
import { HttpClient } from '../clients/http-client.js';
import type { FinalRow } from '../history/history-event.js';
import type { Recorder } from '../history/recorder.js';
import { factsOf } from './durable-events.js';
import { type Gathering, inTurn } from './fixture.js';
import type { Person } from './person.js';

const TIMEOUT_MS = 20_000;
const PAUSE_MS = 500;

/** Reads, through one node, every conversation in full and everybody's list and unread counts. */
export class FinalReading {
  constructor(
    private readonly node: { name: string; url: string },
    private readonly recorder: Recorder,
  ) {}

  async read(gatherings: readonly Gathering[], people: readonly Person[]): Promise<void> {
    await inTurn(gatherings, (gathering) => this.conversation(gathering));
    await inTurn(people, (person) => this.user(person));
  }

  private async conversation({ id: conversation, owner }: Gathering): Promise<void> {
    const node = this.node.name;
    let after: string | null = '0';
    while (after !== null) {
      const path = `/conversations/${conversation}/messages?limit=100&after=${encodeURIComponent(after)}`;
      const page: MessagePage = await this.ask(owner, path);
      this.recorder.record({ type: 'final-rows', node, conversation, rows: page.items.map(rowOf) });
      after = page.nextCursor;
    }
    const members: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const from: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
      const page: Page<Member> = await this.ask(owner, `/conversations/${conversation}/members?limit=100${from}`);
      members.push(...page.items.filter(({ leftAt }) => leftAt === null).map(({ user }) => user.id));
      cursor = page.nextCursor;
    }
    const { lastSeq, version } = await this.ask<ConversationDetail>(owner, `/conversations/${conversation}`);
    this.recorder.record({ type: 'final-conversation', node, conversation, lastSeq, version, members });
  }

  private async user(person: Person): Promise<void> {
    const conversations = (await this.list(person)).map(({ id, lastSeq, version, lastReadSeq, unreadCount }) => ({
      conversation: id,
      lastSeq,
      version,
      lastReadSeq,
      unreadCount,
    }));
    const { items } = await this.ask<UnreadSummary>(person, '/messages/unread');
    const unread = Object.fromEntries(items.map((each) => [each.conversationId, each.unreadCount]));
    this.recorder.record({ type: 'final-user', node: this.node.name, user: person.id, conversations, unread });
  }

  private async list(person: Person): Promise<ConversationPage['items']> {
    const all: ConversationPage['items'] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const from: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
      const page: ConversationPage = await this.ask(person, `/conversations?archived=all&limit=100${from}`);
      all.push(...page.items);
      cursor = page.nextCursor;
    }
    return all;
  }

  /** Everything is healed by now: a node that still does not answer is a fault of the run. */
  private async ask<T>(person: Person, path: string): Promise<T> {
    const http = new HttpClient(this.node.url, person.token);
    const until = Date.now() + TIMEOUT_MS;
    for (;;) {
      try {
        return await http.request<T>('GET', path, undefined, 10_000);
      } catch (fault) {
        if (Date.now() > until) throw new Error(`${this.node.name} does not answer ${path}.`, { cause: fault });
        await sleep(PAUSE_MS);
      }
    }
  }
}

function rowOf(message: Message): FinalRow {
  return { ...factsOf(message), isDeleted: message.isDeleted, createdAt: message.createdAt };
}
