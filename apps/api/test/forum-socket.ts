import type { ForumNoticeFrame, ForumNotices, ForumRequests } from '@parley/protocol';
import { WebSocketClient } from '@parley/testkit';
import supertest from 'supertest';
import { PASSWORD, type TestNode } from './node.js';

const FORUM = '/ws?profile=forum';

interface Beginning {
  cookie?: string | undefined;
  /** The node's own where missing; null: none is sent. */
  origin?: string | null;
  path?: string;
  headers?: Record<string, string>;
}

/** A connection to the profile of forums. */
export class ForumSocket extends WebSocketClient {
  constructor(url: string, { cookie, origin = url, path = FORUM, headers = {} }: Beginning = {}) {
    super(url, { path, headers: { ...(cookie && { cookie }), ...(origin !== null && { origin }), ...headers } });
  }

  /** One that has its `join` and `online_users`. */
  static async join(url: string, beginning: Beginning): Promise<ForumSocket> {
    const socket = new ForumSocket(url, beginning);
    await socket.notice('online_users');
    return socket;
  }

  give<Type extends keyof ForumRequests>(type: Type, data: ForumRequests[Type]): void {
    this.send({ type, data });
  }

  /** The first frame of this type that fits, come or yet to come. */
  async notice<Type extends keyof ForumNotices>(
    type: Type,
    fits: (data: ForumNotices[Type]) => boolean = () => true,
  ): Promise<ForumNotices[Type]> {
    const what = `${type} comes; there were ${this.texts.join(' ').slice(-800)}`;
    const frame = await this.until(what, (each) => each.type === type && fits(each.data as ForumNotices[Type]));
    return frame.data as ForumNotices[Type];
  }

  notices<Type extends keyof ForumNotices>(type: Type): ForumNotices[Type][] {
    const frames = this.frames as ForumNoticeFrame[];
    return frames.flatMap((each) => (each.type === type ? [each.data as ForumNotices[Type]] : []));
  }

  /** Sends a text; resolves once it is stored. */
  tell(receiverId: string, content: string): Promise<ForumNotices['message_delivered']> {
    const clientMessageId = crypto.randomUUID();
    this.give('private_message', { receiverId, content, clientMessageId });
    return this.notice('message_delivered', (each) => each.clientMessageId === clientMessageId);
  }
}

/** Jars of superagent's, as far as they are looked into here. */
interface Jar {
  getCookies(access: { domain: string; path: string; secure: boolean; script: boolean }): { toValueString(): string };
}

/** A browser: what it is sent at an address are the cookies of its jar for that path. */
export class Browser {
  readonly agent;
  id = '';
  token = '';

  constructor(private readonly node: TestNode) {
    this.agent = supertest.agent(node.url).set('origin', node.url);
  }

  static async of(node: TestNode, username: string): Promise<Browser> {
    const browser = new Browser(node);
    await browser.signIn('register', username);
    return browser;
  }

  async signIn(way: 'register' | 'login', username: string): Promise<void> {
    const { body } = await this.agent.post(`/api/auth/${way}`).send({ username, password: PASSWORD });
    [this.id, this.token] = [body.user.id, body.accessToken];
  }

  get bearer(): { authorization: string } {
    return { authorization: `Bearer ${this.token}` };
  }

  /** The `Cookie` header that it sends to this path. */
  cookieAt(path: string, secure = false): string {
    const { jar } = this.agent as unknown as { jar: Jar };
    return jar.getCookies({ domain: '127.0.0.1', path, secure, script: false }).toValueString();
  }

  join(): Promise<ForumSocket> {
    return ForumSocket.join(this.node.url, { cookie: this.cookieAt('/ws') });
  }
}
