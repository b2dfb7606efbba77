import { faultOf, headersOf, read } from '../http/http.js';
import { InactivityTimeout } from '../http/inactivity-timeout.js';
import type { TransferOptions } from './transfer-options.js';

/** Some 10 KB each. */
const MOST_PICTURES = 500;
const TIMEOUT_MS = 20_000;

/**
 * Pictures of people that the server has itself. They are fetched with the token, which an `<img>` cannot send, and kept, as what is
 * at an address never changes.
 */
export class AvatarPictures {
  readonly #kept = new Map<string, Promise<string>>();

  constructor(private readonly options: TransferOptions) {}

  /** @param path an `avatarUrl` of this server. */
  url(path: string, isFresh: boolean): Promise<string> {
    const kept = this.#kept.get(path);
    if (kept && !isFresh) return kept;
    this.#drop(path);
    const url = this.#fetch(path).then((picture) => URL.createObjectURL(picture));
    this.#kept.set(path, url);
    // The next one who asks tries again.
    url.catch(() => this.#kept.get(path) === url && this.#kept.delete(path));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_PICTURES && oldest !== undefined) this.#drop(oldest);
    return url;
  }

  clear(): void {
    for (const path of [...this.#kept.keys()]) this.#drop(path);
  }

  /** What is drawn of it stays. */
  #drop(path: string): void {
    this.#kept.get(path)?.then(
      (url) => URL.revokeObjectURL(url),
      () => undefined,
    );
    this.#kept.delete(path);
  }

  #fetch(path: string): Promise<Blob> {
    const { http } = this.options;
    const { url, fetch: ask = fetch } = http.options;
    return http.authorized(async (token) => {
      const abort = new AbortController();
      const timeout = new InactivityTimeout(TIMEOUT_MS, () => abort.abort(new DOMException('', 'TimeoutError')));
      try {
        const address = `${url.replace(/\/+$/, '')}${path}`;
        const response = await ask(address, { headers: headersOf({ token }), signal: abort.signal });
        if (response.ok) return await response.blob();
        // It throws the refusal.
        throw read(response.status, await response.text());
      } catch (cause) {
        throw faultOf(cause);
      } finally {
        timeout.end();
      }
    });
  }
}
