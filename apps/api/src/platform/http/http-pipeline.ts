import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { CONFIG, type Config } from '../../config/config.js';
import { accessLog } from '../telemetry/access-log.js';
import { EventReporter } from '../telemetry/event-reporter.js';
import { JSON_PARSER, jsonOnly, noteBodyFaults } from './body.js';
import { compressed } from './compressed.js';
import { ErrorsFilter } from './errors.filter.js';
import { trustOf } from './forwarded.js';
import { OriginPolicy } from './origin.policy.js';
import { securityHeaders } from './security-headers.js';
import { seen } from './seen.js';
import { TlsPolicy } from './tls.policy.js';
import { webApp } from './web-app.js';

/** Exposed to pages of allowed origins. */
const EXPOSED = [
  'X-Request-Id',
  'Retry-After',
  'Parley-Duplicate',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Content-Disposition',
  'Content-Range',
  'ETag',
  'Location',
  'Tus-Resumable',
  'Upload-Offset',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Expires',
  'Upload-File',
];

/**
 * Everything that a request passes before it reaches a route, in that order, and what becomes of it where there is
 * none. Called before the application is initialised; what it returns, afterwards.
 */
export function applyHttpPipeline(app: NestExpressApplication): () => void {
  const config = app.get<Config>(CONFIG);
  const reporter = app.get(EventReporter);
  const errors = new ErrorsFilter(reporter);
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustProxy);
  app.set('etag', false);
  app.setGlobalPrefix('api', { exclude: ['health/live', 'health/ready', 'metrics'] });
  app.useGlobalFilters(errors);
  app.use(accessLog(reporter));
  const trusts = trustOf(app);
  app.use(...securityHeaders(config, trusts));
  app.use(seen(config.metricsToken, trusts));
  const tls = app.get(TlsPolicy);
  tls.trusts = trusts;
  app.use(tls.guard);
  app.enableCors({ origin: [...config.allowedOrigins], credentials: true, exposedHeaders: EXPOSED, maxAge: 600 });
  const origins = app.get(OriginPolicy);
  origins.trusts = trusts;
  app.use(origins.guardCookies);
  app.use('/api', neverCached);
  app.use(compressed());
  app.use(jsonOnly);
  app.useBodyParser('json', JSON_PARSER);
  app.use(noteBodyFaults);
  app.use(webApp());
  return () => app.use(errors.noSuchRoute);
}

function neverCached(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}
