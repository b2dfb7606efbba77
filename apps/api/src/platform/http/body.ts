import { isUtf8 } from 'node:buffer';
import { LIMITS } from '@parley/protocol';
import type { NextFunction, Request, Response } from 'express';
import { ParleyError } from '../../kernel/errors.js';
import { noteFaults } from '../../kernel/i-json.js';
import { hasBody, isUpload } from './body-deadline.js';

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
