import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { notFound, type ParleyError } from '../../kernel/errors.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { restError } from './faults.js';
import type { ApiRequest } from './request.js';

/** Answers every failed REST request in the one error shape, and reports each refusal. */
@Catch()
export class ErrorsFilter implements ExceptionFilter {
  constructor(private readonly reporter: EventReporter) {}

  catch(fault: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(restError(fault), http.getRequest<ApiRequest>(), http.getResponse<Response>());
  }

  /** Express reaches this after every route: whatever comes here has none. */
  readonly noSuchRoute = (request: ApiRequest, response: Response): void => {
    this.answer(notFound(), request, response);
  };

  private answer(error: ParleyError, request: ApiRequest, response: Response): void {
    const { requestId } = request;
    const userId = request.principal?.userId ?? null;
    this.reporter.requestFailed(error, { userId, transport: 'rest', requestId });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { retryAfterMs } = error.extra;
    if (retryAfterMs !== undefined) response.setHeader('Retry-After', Math.max(1, Math.ceil(retryAfterMs / 1000)));
    if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response.status(error.status).json({ error: error.toObject(requestId) });
  }
}
