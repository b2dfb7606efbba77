import { headersOf, read } from '../http/http.js';
import { timed } from './timed-request.js';
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
    const address = new URL(path, url).href;
    return http.authorized((token) =>
      timed(null, TIMEOUT_MS, async (signal) => {
        const response = await ask(address, { headers: headersOf({ token }), signal });
        if (response.ok) return response.blob();
        // It throws the refusal.
        throw read(response.status, await response.text());
      }),
    );
  }
}
