import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import type { Logger } from 'pino';
import { faultLevel, notFound, type ParleyError } from '../../kernel/errors.js';
import { restError } from './faults.js';
import type { ApiRequest } from './request.js';

/** Answers every failed REST request in the one error shape, and logs a line for each refusal. */
@Catch()
export class ErrorsFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

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
    this.tell(error, request);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { retryAfterMs } = error.extra;
    if (retryAfterMs !== undefined) response.setHeader('Retry-After', Math.max(1, Math.ceil(retryAfterMs / 1000)));
    if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response.status(error.status).json({ error: error.toObject(requestId) });
  }

  private tell(error: ParleyError, request: ApiRequest): void {
    const line = {
      code: error.code,
      userId: request.principal?.userId ?? null,
      transport: 'rest',
      requestId: request.requestId,
    };
    if (error.code === 'internal') this.log.error({ ...line, err: error.cause }, 'a request failed');
    else if (error.cause !== undefined && error.status >= 500)
      this.log[faultLevel(error)]({ ...line, err: error.cause }, 'refused');
    else this.log.info(line, 'refused');
  }
}
