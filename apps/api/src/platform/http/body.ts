import { isUtf8 } from 'node:buffer';
import { LIMITS } from '@parley/protocol';
import type { NextFunction, Request, Response } from 'express';
import { ParleyError } from '../../kernel/errors.js';
import { noteFaults } from '../../kernel/i-json.js';

/** Here bodies may be forms with a file; whoever reads them sees to their sizes and their pace. */
const UPLOADS = '/api/files';
/** For a whole body that is JSON. */
const BODY_MS = 30_000;
/** What still comes of a body that has been answered already is thrown away for so long. */
const LAST_BYTES_MS = 3_000;

const isUpload = ({ method, path }: Request): boolean => method === 'POST' && path.replace(/\/$/, '') === UPLOADS;

function hasBody({ headers }: Request): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}

/** Cuts off whoever takes too long for a body, and whoever goes on with one that was refused. */
export function bodyDeadline(request: Request, response: Response, next: NextFunction): void {
  if (hasBody(request)) {
    const { socket } = request;
    const cut = () => {
      if (!request.complete) socket.destroy();
    };
    const deadline = isUpload(request) ? undefined : setTimeout(cut, BODY_MS);
    request.once('close', () => clearTimeout(deadline));
    response.once('finish', () => {
      if (!request.complete) setTimeout(cut, LAST_BYTES_MS).unref();
    });
  }
  next();
}

/** Refuses every body that is not JSON in UTF-8, but for uploads, before anything reads it. */
export function jsonOnly(request: Request, _response: Response, next: NextFunction): void {
  const type = request.headers['content-type'];
  const [mediaType, ...parameters] = (type ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charsets = parameters.filter((each) => each.startsWith('charset='));
  const isJson = mediaType === 'application/json' && charsets.every((each) => /^charset="?utf-8"?$/.test(each));
  next(hasBody(request) && !isJson && !isUpload(request) ? new ParleyError('unsupported_media_type') : undefined);
}

/** Of Express's JSON parser. */
export const JSON_PARSER = {
  type: 'application/json',
  limit: LIMITS.bodyBytes,
  inflate: false,
  strict: true,
  /** Decoding would put U+FFFD in place of what is no UTF-8, and so store something that was never sent. */
  verify: (request: object, _response: unknown, body: Buffer) => {
    if (!isUtf8(body)) throw Object.assign(new Error('not UTF-8'), { status: 400, type: 'entity.parse.failed' });
    bodies.set(request, body);
  },
};

const bodies = new WeakMap<object, Buffer>();

/** Behind the parser: what was lost by parsing is noted. */
export function noteBodyFaults(request: Request, _response: Response, next: NextFunction): void {
  const body = bodies.get(request);
  if (body) noteFaults(request.body, body.toString());
  bodies.delete(request);
  next();
}
