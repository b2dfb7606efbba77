import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { invalid } from '../../kernel/errors.js';
import type { ApiRequest } from '../http/request.js';
import type { EventReporter } from './event-reporter.js';

/** Of a path, which is the client's: an address may be as long as all headers. */
const MOST_CHARACTERS = 500;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Gives each request its id, and reports it once it has been answered: never the query string, which may hold a secret. */
export function accessLog(reporter: EventReporter) {
  return (incoming: Request, response: Response, next: NextFunction): void => {
    const request = incoming as ApiRequest;
    const start = performance.now();
    const path = pathOf(request).slice(0, MOST_CHARACTERS);
    request.requestId = randomUUID();
    response.setHeader('X-Request-Id', request.requestId);
    response.once('close', () => {
      reporter.requestEnded({
        method: request.method,
        path,
        status: response.writableFinished ? response.statusCode : 'aborted',
        ms: Math.round((performance.now() - start) * 10) / 10,
        userId: request.principal?.userId ?? null,
        requestId: request.requestId,
      });
    });
    next(METHODS.has(request.method) ? undefined : invalid('', 'must use one of the common HTTP methods'));
  };
}

export const pathOf = (request: Request): string => request.originalUrl.split(/[?#]/, 1)[0] ?? '';
