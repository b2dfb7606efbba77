import {
  type ClientOptions,
  type ConnectionState,
  type MessageItem,
  ParleyClient,
  type TokenReason,
} from '@parley/client';
import { hostToken, TestUser } from '@parley/testkit';
import { when } from './when.js';

/** A user of the host product, known to the server, and their clients. */
export class Person extends TestUser {
  private constructor(
    readonly name: string,
    { url, id, username, token }: TestUser,
  ) {
    super(url, id, username, token);
  }

  static async named(name: string, url: string): Promise<Person> {
    return new Person(name, await TestUser.ofHost(url, { externalId: name, name }));
  }

  /** A day long by default; seconds. */
  newToken(lifetime?: number): Promise<string> {
    return hostToken({ externalId: this.name, name: this.name }, undefined, { lifetime });
  }

  device(options: Partial<ClientOptions> = {}): Device {
    return new Device(this, options);
  }
}

/** One client of a user, and the reasons for which it requested a token. */
export class Device {
  readonly asked: TokenReason[] = [];
  readonly client: ParleyClient;

  constructor(
    readonly person: Person,
    { getToken = () => person.newToken(), ...options }: Partial<ClientOptions>,
  ) {
    this.client = new ParleyClient({
      url: person.url,
      getToken: (reason) => {
        this.asked.push(reason);
        return getToken(reason);
      },
      ...options,
    });
  }

  async is(state: ConnectionState): Promise<void> {
    await when(this.client.connection, (snapshot) => snapshot.state === state);
  }

  async online(): Promise<this> {
    this.client.start();
    await this.is('online');
    return this;
  }

  /** Once the list shows a message of every one of these contents. */
  async shows(conversationId: string, contents: string[]): Promise<readonly MessageItem[]> {
    const shown = await when(this.client.messages(conversationId), ({ items }) => {
      const stored = new Set(items.flatMap((item) => (item.kind === 'stored' ? [item.message.content] : [])));
      return contents.every((content) => stored.has(content));
    });
    return shown.items;
  }
}
