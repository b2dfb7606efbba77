import { Agent, request } from 'node:http';
import { hostToken } from '@parley/testkit';

export interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api`. */
  path: string;
  body?: unknown;
}

export interface Answer {
  /** From the first byte of the question to the last of the answer. */
  milliseconds: number;
  bytes: number;
  body: unknown;
}

/** REST on one connection that is kept, with as little between the wire and the clock as can be. */
export class Asker {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  static async of(url: string, externalId: string): Promise<Asker> {
    return new Asker(url, await hostToken({ externalId }));
  }

  /** @throws with what came where it is a refusal. */
  ask({ method, path, body }: Call): Promise<Answer> {
    const payload = body === undefined ? null : Buffer.from(JSON.stringify(body));
    const headers = {
      authorization: `Bearer ${this.token}`,
      ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
    };
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const begun = performance.now();
    const asked = request(`${this.url}/api${path}`, { method, headers, agent: this.agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('error', reject);
      response.once('end', () => {
        const milliseconds = performance.now() - begun;
        const bytes = Buffer.concat(parts);
        const text = bytes.toString();
        if ((response.statusCode ?? 500) >= 300) {
          reject(new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 500)}`));
        } else {
          resolve({ milliseconds, bytes: bytes.length, body: text === '' ? null : JSON.parse(text) });
        }
      });
    });
    asked.once('error', reject);
    asked.end(payload ?? undefined);
    return promise;
  }

  close(): void {
    this.agent.destroy();
  }
}
