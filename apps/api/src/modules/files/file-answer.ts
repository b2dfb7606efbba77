import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { notFound, ParleyError } from '../../kernel/errors.js';
import { releaseMemory } from '../../kernel/release-memory.js';
import type { ApiRequest } from '../../platform/http/request.js';
import { type ByteRange, ContentMissing, FileStore } from '../../platform/storage/file-store.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { contentDisposition } from './file-name.js';
import type { FileRow } from './files.repository.js';
import { servedAs } from './media-types.js';

/** What a browser does with a file is decided here: it shows the few types that run nothing, and saves all others. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** Kept by its reader alone, and not used again without asking whether they may read it still. */
const ASKED_AGAIN = 'private, no-cache';
/** It never changes, and is used without asking for as long as a link to it is good. */
const KEPT = 'private, max-age=300, immutable';

/** Which picture it is stands in its address, and it is for everybody who can ask. */
const KEPT_FOR_LONG = 'private, max-age=31536000, immutable';

/** Whoever goes away in the middle is no fault of anybody. */
const GONE: readonly unknown[] = ['ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'];

/** Makes anew what is lost. @throws what the answer is then. */
type Remake = (lost: FileRow) => Promise<FileRow>;

/** Hands out contents, or parts of them. */
@Injectable()
export class FileAnswer {
  constructor(
    private readonly store: FileStore,
    private readonly reporter: EventReporter,
  ) {}

  /**
   * @param remade what to send where this was made of another content, and the store has lost it.
   * @throws `not_found` where the content is gone, though it should be there.
   */
  async send(file: FileRow, response: Response, remade?: Remake): Promise<void> {
    await this.answerWith(file, response, { caching: ASKED_AGAIN, remade });
  }

  /** @throws as `send`. */
  async sendThumbnail(thumbnail: FileRow, response: Response, remade: Remake): Promise<void> {
    await this.answerWith(thumbnail, response, { caching: KEPT, remade });
  }

  /** @throws as `send`. */
  async sendAvatar(picture: FileRow, response: Response, remade: Remake): Promise<void> {
    await this.answerWith(picture, response, { caching: KEPT_FOR_LONG, remade });
  }

  private async answerWith(
    file: FileRow,
    response: Response,
    { caching, remade }: { caching: string; remade?: Remake | undefined },
  ): Promise<void> {
    try {
      await this.answer(file, response, caching);
    } catch (fault) {
      if (!(fault instanceof ContentMissing)) throw fault;
      this.reporter.fileMissing(file.id, fault);
      if (!remade) throw notFound();
      await this.answerWith(await remade(file), response, { caching });
    }
  }

  private async answer(file: FileRow, response: Response, caching: string): Promise<void> {
    const request = response.req as ApiRequest;
    if (isHeld(file, request)) {
      setHeaders(file, response, caching);
      response.status(304).end();
      return;
    }
    const range = rangeOf(file, request);
    if (range === 'none') return refuseRange(file, request, response);
    const wanted = range ?? { start: 0, end: file.size - 1 };
    // Before any header is set: a refusal has others.
    const content = request.method === 'HEAD' ? null : await this.store.read(file.contentId, wanted);
    setHeaders(file, response, caching);
    if (range) response.status(206).setHeader('Content-Range', `bytes ${range.start}-${range.end}/${file.size}`);
    response.setHeader('Content-Length', wanted.end - wanted.start + 1);
    if (content) await this.pass(content, response);
    else response.end();
  }

  private async pass(content: Readable, response: Response): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      await pipeline(content, (parts: AsyncIterable<Buffer>) => writeAll(parts, response), { signal: gone.signal });
    } catch (fault) {
      response.destroy();
      if (!GONE.includes((fault as NodeJS.ErrnoException).code)) throw fault;
    }
  }
}

/** One part at a time, so that no more than one is kept for whoever reads slowly. */
async function writeAll(parts: AsyncIterable<Buffer>, response: Response): Promise<void> {
  for await (const part of parts) {
    await new Promise<void>((resolve, reject) => {
      response.write(part, (fault) => (fault ? reject(fault) : resolve()));
    });
    releaseMemory(part);
  }
  response.end();
}

function setHeaders({ mediaType, name, sha256 }: FileRow, response: Response, caching: string): void {
  const { type, disposition } = servedAs(mediaType);
  response.status(200);
  // `setHeader`, as Express's own way adds a charset.
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Disposition', contentDisposition(disposition, name));
  response.setHeader('Content-Security-Policy', POLICY);
  response.setHeader('Cache-Control', caching);
  response.setHeader('ETag', etagOf(sha256));
  response.setHeader('Accept-Ranges', 'bytes');
  // A page of another site has the link of somebody who may read it.
  if (response.req.query.link !== undefined) response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
}

const etagOf = (sha256: Buffer): string => `"${sha256.toString('base64url')}"`;

/** Whether its reader has it already, by the tag that it had. A content never changes, so nobody needs another one of it. */
const isHeld = ({ sha256 }: FileRow, { headers }: Request): boolean =>
  (headers['if-none-match'] ?? '')
    .split(',')
    .some((each) => ['*', etagOf(sha256)].includes(each.trim().replace(/^W\//, '')));

/** The one range that is asked for; null: all of it, also where several are asked for; `none`: there is nothing of it. */
function rangeOf({ size, sha256 }: FileRow, request: Request): ByteRange | 'none' | null {
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etagOf(sha256)) return null;
  const ranges = request.range(size);
  if (ranges === -1) return 'none';
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return null;
  const [range] = ranges;
  return range ? { start: range.start, end: range.end } : null;
}

function refuseRange({ size }: FileRow, { requestId }: ApiRequest, response: Response): void {
  const error = new ParleyError('validation_failed', {
    details: [{ path: 'Range', message: `has nothing of ${size} bytes` }],
  });
  response.setHeader('Content-Range', `bytes */${size}`);
  response.status(416).json({ error: error.toObject(requestId) });
}
