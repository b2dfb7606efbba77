import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { PushNotice, PushSubscriptionBody } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import { importJWK, jwtVerify } from 'jose';

/** As the header `Authorization` of RFC 8292 has it. */
const VAPID = /^vapid t=([^,\s]+), ?k=([\w-]+)$/;

export interface ReceivedPush {
  headers: IncomingHttpHeaders;
  notice: PushNotice;
}

/** A browser's end of a subscription: it alone can read what comes. */
export class TestBrowser {
  readonly received: ReceivedPush[] = [];
  /** What came, whatever it was answered. */
  asked = 0;
  /** How the push service answers the next ones; then 201. */
  readonly answers: { status: number; headers?: Record<string, string> }[] = [];
  readonly path = `/push/${randomBytes(12).toString('base64url')}`;
  private readonly keys = createECDH('prime256v1');
  private readonly auth = randomBytes(16);

  constructor(private readonly service: TestPushService) {
    this.keys.generateKeys();
  }

  /** What the app hands to the server. */
  get body(): PushSubscriptionBody {
    return {
      endpoint: this.service.url + this.path,
      p256dh: this.keys.getPublicKey('base64url'),
      auth: this.auth.toString('base64url'),
    };
  }

  /** The first that fits, once it has come. */
  async first(fits: (notice: PushNotice) => boolean): Promise<ReceivedPush> {
    return eventually('a push', () => this.received.find(({ notice }) => fits(notice)));
  }

  /** By RFC 8188 and RFC 8291, in one record. */
  decrypt(sent: Buffer): string {
    const [salt, keyLength] = [sent.subarray(0, 16), sent.readUInt8(20)];
    const serverKey = sent.subarray(21, 21 + keyLength);
    const sealed = sent.subarray(21 + keyLength);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.keys.getPublicKey(), serverKey]);
    const secret = hkdf(this.keys.computeSecret(serverKey), this.auth, info, 32);
    const key = hkdf(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
    const nonce = hkdf(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAuthTag(sealed.subarray(-16));
    const opened = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    return opened.subarray(0, opened.lastIndexOf(2)).toString();
  }
}

const hkdf = (key: Buffer, salt: Buffer, info: Buffer, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, info, length));

/** A push service of RFC 8030 on the loopback address: answers 201 unless a browser's subscription says otherwise. */
export class TestPushService {
  private readonly browsers = new Map<string, TestBrowser>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TestPushService> {
    const server = createServer();
    const service = new TestPushService(server);
    server.on('request', async (request, response) => {
      service.take(request.url ?? '', request.headers, { body: await buffer(request), response });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  browser(): TestBrowser {
    const browser = new TestBrowser(this);
    this.browsers.set(browser.path, browser);
    return browser;
  }

  /** What the server says of itself, once its signature was found to be that of the key beside it. */
  async claimsOf({ headers }: ReceivedPush) {
    const [, token = '', key = ''] = VAPID.exec(headers.authorization ?? '') ?? [];
    const point = Buffer.from(key, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((each) => each.toString('base64url'));
    const { payload } = await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256'));
    return { ...payload, key };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(path: string, headers: IncomingHttpHeaders, sent: { body: Buffer; response: ServerResponse }): void {
    const browser = this.browsers.get(path);
    if (!browser) return void sent.response.writeHead(404).end();
    browser.asked += 1;
    const answer = browser.answers.shift() ?? { status: 201 };
    if (answer.status === 201) browser.received.push({ headers, notice: JSON.parse(browser.decrypt(sent.body)) });
    sent.response.writeHead(answer.status, answer.headers).end();
  }
}
