import { Injectable } from '@nestjs/common';
import { Server } from '@tus/server';
import type { Response as ExpressResponse } from 'express';
import { publicPath } from '../../../kernel/base-path.js';
import { ParleyError } from '../../../kernel/errors.js';
import type { Principal } from '../../../kernel/principal.js';
import type { ApiRequest } from '../../../platform/http/request.js';
import { normalizedFileName } from '../file-name.js';
import { uploadIdOf } from '../uploads.service.js';
import { RequestBody } from './request-body.js';
import { ResumableUploadsService } from './resumable-uploads.service.js';
import { TusStore } from './tus-store.js';
import { UploadLocks } from './upload-locks.js';

const PATH = '/api/files/uploads';
/** Of tus, the only one that there is. */
const VERSION = '1.0.0';
/** The least that the package takes: a request that was asked to end, ends. */
const DRAIN_MS = 1;

/** A request for an upload, or to begin one. */
export interface Asked {
  principal: Principal;
  /** Null where it is to begin. */
  id: string | null;
  request: ApiRequest;
}

/** What is known of a request while the package has it. */
interface Passage {
  principal: Principal;
  id: string | null;
  /** Of one that begins an upload, unless it is a repeat. */
  refusal: ParleyError | null;
  /** Nobody waits for its answer any more. */
  gone: AbortController;
  fault?: unknown;
}

/**
 * Lets `@tus/server` answer requests that our guards have let pass. Its refusals become ours, and what it says of origins is left
 * out, as that has been said.
 */
@Injectable()
export class TusAdapter {
  private readonly server: Server;
  private readonly passages = new WeakMap<object, Passage>();
  private readonly locks = new UploadLocks();

  constructor(
    private readonly uploads: ResumableUploadsService,
    store: TusStore,
  ) {
    this.server = new Server({
      path: PATH,
      datastore: store,
      locker: (request) => this.locks.lockerOf(this.passageOf(request).gone.signal),
      lockDrainTimeout: DRAIN_MS,
      relativeLocation: true,
      namingFunction: (request, metadata) => this.begin(request as object as Request, metadata),
      getFileIdFromRequest: (request) => this.passages.get(request)?.id ?? undefined,
      onResponseError: (request, fault) => {
        const passage = this.passages.get(request);
        if (passage) passage.fault = fault;
        return undefined;
      },
    });
  }

  /** @throws what the routes refuse by. */
  async answer({ principal, id, request }: Asked, response: ExpressResponse): Promise<void> {
    response.setHeader('Tus-Resumable', VERSION);
    const body = request.method === 'PATCH' ? new RequestBody(request) : null;
    try {
      const passed = requestOf(request, body);
      const passage: Passage = { principal, id, refusal: request.refusal ?? null, gone: new AbortController() };
      response.once('close', () => passage.gone.abort());
      this.passages.set(passed, passage);
      const answer = await this.server.handleWeb(passed);
      if (!answer.ok) throw refusalOf(passage.fault ?? new TusRefusal(answer.status, await answer.text()));
      await this.tellFile(passage, answer.headers, response);
      write(answer, response);
    } finally {
      body?.leave();
    }
  }

  /** @returns the id under which it goes on. */
  private async begin(request: Request, metadata: Record<string, string | null> = {}): Promise<string> {
    const passage = this.passageOf(request);
    const description = {
      size: Number(request.headers.get('upload-length')),
      name: normalizedFileName(metadata.filename ?? ''),
      clientUploadId: uploadIdOf(metadata.clientUploadId),
    };
    const upload = await this.uploads.begin(passage.principal, description, passage.refusal);
    passage.id = upload.id;
    return upload.id;
  }

  private passageOf(request: object): Passage {
    const passage = this.passages.get(request);
    if (!passage) throw new Error('Nobody asked for this upload.');
    return passage;
  }

  /** `Upload-File`, wherever it may be all there: as JSON in ASCII, since that is what headers can hold. */
  private async tellFile({ id }: Passage, headers: Headers, response: ExpressResponse): Promise<void> {
    if (id === null || headers.get('upload-expires') !== null) return;
    const file = await this.uploads.fileOf(id);
    if (file) response.setHeader('Upload-File', asciiJson(file));
  }
}

/** What the package refuses by itself. */
class TusRefusal extends Error {
  constructor(
    readonly status_code: number,
    readonly body: string,
  ) {
    super(body);
  }
}

function requestOf({ method, headers }: ApiRequest, body: RequestBody | null): Request {
  const pairs = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const content = body && { body: body.stream, duplex: 'half' as const };
  return new Request(`http://parley${PATH}`, { method, headers: pairs, ...content });
}

function write(answer: Response, response: ExpressResponse): void {
  response.status(answer.status);
  answer.headers.forEach((value, name) => {
    if (!name.startsWith('access-control-')) response.setHeader(name, name === 'location' ? publicPath(value) : value);
  });
  response.end();
}

/** The package tells its refusals by their status, with a sentence about the protocol. */
function refusalOf(fault: unknown): unknown {
  const { status_code: status, body } = fault as Partial<TusRefusal>;
  if (fault instanceof ParleyError || status === undefined) return fault;
  const message = body?.trim();
  switch (status) {
    case 404:
    case 410:
      return new ParleyError('not_found');
    case 409:
      return new ParleyError('conflict', { message, details: [{ path: 'Upload-Offset', message: 'is another one' }] });
    case 413:
      return new ParleyError('too_large', { message });
    case 501:
      return new ParleyError('unsupported', { message });
    default:
      return status < 500 ? new ParleyError('validation_failed', { message }) : new ParleyError('internal');
  }
}

function asciiJson(value: object): string {
  return JSON.stringify(value).replaceAll(/[^\x20-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
