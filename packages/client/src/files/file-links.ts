import type { FileLink } from '@parley/protocol';
import type { Expectation } from '../http/http.js';
import { setNewest } from '../model/bounded.js';
import type { FileUrlOptions } from './file-options.js';
import type { TransferOptions } from './transfer-options.js';

const MOST_LINKS = 1_000;
/** A link is asked for anew so long before its end: whoever gets it has yet to use it. */
const SPARE_MS = 60_000;

interface KeptLink {
  url: Promise<string>;
  /** When it is to be asked for anew; `Infinity` while it has not come. */
  until: number;
}

const isLink: Expectation = ({ url, expiresAt }) => typeof url === 'string' && typeof expiresAt === 'string';

/** Signed links to files, kept as long as they are good. */
export class FileLinks {
  readonly #kept = new Map<string, KeptLink>();

  constructor(private readonly options: TransferOptions) {}

  url(fileId: string, { thumbnail }: FileUrlOptions = {}): Promise<string> {
    const path = `files/${fileId}/link`;
    const body = thumbnail && { thumbnail };
    const key = `${path} ${thumbnail}`;
    const kept = this.#kept.get(key);
    if (kept && this.options.now() < kept.until) return kept.url;
    const link: KeptLink = {
      until: Number.POSITIVE_INFINITY,
      url: this.#ask(path, body, (until) => {
        link.until = until;
      }),
    };
    setNewest(this.#kept, [key, link], MOST_LINKS);
    // The next one who asks tries again.
    link.url.catch(() => this.#kept.get(key) === link && this.#kept.delete(key));
    return link.url;
  }

  async #ask(path: string, body: unknown, onUntil: (until: number) => void): Promise<string> {
    const { http } = this.options;
    const { url, expiresAt } = await http.request<FileLink>('POST', path, body, { isExpected: isLink });
    onUntil(Date.parse(expiresAt) - SPARE_MS);
    return `${http.options.url.replace(/\/+$/, '')}${url}`;
  }

  /** They are of who asked for them. */
  clear(): void {
    this.#kept.clear();
  }
}
