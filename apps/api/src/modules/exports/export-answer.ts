import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import type { ExportLine } from '@parley/protocol';
import type { Response } from 'express';
import { ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { AuditService } from '../audit/index.js';
import type { Export } from './export-lines.js';

/** Exports that a node hands out at a time; whoever reads slowly has one of them for long. */
const MOST_AT_ONCE = 8;
const RETRY_AFTER_MS = 30_000;
/** How long somebody who may have an export no longer goes on reading it. */
const CHECK_EVERY_MS = 1_000;
/** Whoever goes away in the middle is no fault of anybody. */
const GONE: readonly unknown[] = ['ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'];

/** Hands out exports line by line, as fast as they are read: of each only what is being read is in memory. */
@Injectable()
export class ExportAnswer {
  private readonly exporting = new Set<string>();

  constructor(private readonly audit: AuditService) {}

  /**
   * An answer that is cut off, since somebody may read it no longer or a part of us is away, has no last line. Before its first one
   * the audit log has it.
   * @throws `service_unavailable` where as many are handed out already, or one to the same user; and as the export's `check`.
   */
  async send({ userId }: Principal, wanted: Export, response: Response): Promise<void> {
    await wanted.check();
    if (this.exporting.has(userId) || this.exporting.size >= MOST_AT_ONCE) {
      throw new ParleyError('service_unavailable', { retryAfterMs: RETRY_AFTER_MS });
    }
    this.exporting.add(userId);
    try {
      const isRead = response.req.method !== 'HEAD';
      if (isRead) await this.audit.record({ ...wanted.audited, actorId: userId });
      setHeaders(response, `${wanted.name}-${new Date().toISOString().slice(0, 10)}.jsonl`);
      if (isRead) await write(wanted, response);
      else response.end();
    } finally {
      this.exporting.delete(userId);
    }
  }
}

async function write(wanted: Export, response: Response): Promise<void> {
  try {
    await pipeline(written(wanted), response);
  } catch (fault) {
    response.destroy();
    if (!GONE.includes((fault as NodeJS.ErrnoException).code)) throw fault;
  }
}

function setHeaders(response: Response, name: string): void {
  response.status(200);
  response.setHeader('Content-Type', 'application/x-ndjson');
  response.setHeader('Content-Disposition', `attachment; filename="${name}"`);
  response.setHeader('Cache-Control', 'private, no-store');
}

/** The last line says that it was all. */
async function* written({ check, lines }: Export): AsyncGenerator<string> {
  let count = 0;
  let checkedAt = Date.now();
  for await (const line of lines()) {
    if (Date.now() - checkedAt >= CHECK_EVERY_MS) {
      await check();
      checkedAt = Date.now();
    }
    count += 1;
    yield `${JSON.stringify(line)}\n`;
  }
  yield `${JSON.stringify({ type: 'end', lines: count } satisfies ExportLine)}\n`;
}
