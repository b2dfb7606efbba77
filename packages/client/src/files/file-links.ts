import type { FileLink } from '@parley/protocol';
import type { Expectation } from '../http/http.js';
import { parametersOf } from '../http/parameters.js';
import { setNewest } from '../model/bounded.js';
import { AvatarPictures } from './avatar-pictures.js';
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

/** Signed links to files, kept as long as they are good; and where a page finds the pictures of people. */
export class FileLinks {
  readonly #kept = new Map<string, KeptLink>();
  readonly #avatars: AvatarPictures;

  constructor(private readonly options: TransferOptions) {
    this.#avatars = new AvatarPictures(options);
  }

  async url(fileId: string, { thumbnail, isFresh = false }: FileUrlOptions = {}): Promise<string> {
    // Not `//`: that would be another server, which is not to get the token.
    if (/^\/[^/\\]/.test(fileId)) return this.#avatars.url(fileId, isFresh);
    // The picture of somebody is on another server.
    if (fileId.includes(':')) return fileId;
    const path = `files/${fileId}/link?${parametersOf({ thumbnail })}`;
    const kept = this.#kept.get(path);
    if (kept && !isFresh && this.options.now() < kept.until) return kept.url;
    const onUntil = (until: number) => {
      link.until = until;
    };
    const link: KeptLink = { until: Number.POSITIVE_INFINITY, url: this.#ask(path, onUntil) };
    setNewest(this.#kept, [path, link], MOST_LINKS);
    // The next one who asks tries again.
    link.url.catch(() => this.#kept.get(path) === link && this.#kept.delete(path));
    return link.url;
  }

  async #ask(path: string, onUntil: (until: number) => void): Promise<string> {
    const { http } = this.options;
    const { url, expiresAt } = await http.request<FileLink>('POST', path, undefined, { isExpected: isLink });
    onUntil(Date.parse(expiresAt) - SPARE_MS);
    return new URL(url, http.options.url).href;
  }

  /** They are of who asked for them. */
  clear(): void {
    this.#kept.clear();
    this.#avatars.clear();
  }
}
