import {
  type ClientOptions,
  type ConnectionState,
  type MessageItem,
  ParleyClient,
  type TokenReason,
} from '@parley/client';
import { hostToken, RestClient } from '@parley/testkit';
import { when } from './when.js';

/** A signed-in person of the host product, known to the server. */
export class Person {
  private constructor(
    readonly name: string,
    readonly url: string,
    readonly userId: string,
    readonly rest: RestClient,
  ) {}

  static async named(name: string, url: string): Promise<Person> {
    const rest = new RestClient(url, await hostToken({ externalId: name, name }));
    return new Person(name, url, (await rest.me()).id, rest);
  }

  /** A day long by default; seconds. */
  token(lifetime?: number): Promise<string> {
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
    { getToken = () => person.token(), ...options }: Partial<ClientOptions>,
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
