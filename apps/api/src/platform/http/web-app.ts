import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { invalid, notFound } from '../../kernel/errors.js';
import { pathOf } from './access-log.js';

const DIST = fileURLToPath(new URL('../../../../web/dist', import.meta.url));
/** Paths that belong to the server: a route of its own or nothing. */
const SERVERS_OWN = /^\/(api|health|metrics|socket\.io|ws|stomp)(\/|$)/;
const NOT_BUILT =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Parley</title>' +
  '<p>Parley is running, but its web app has not been built: <code>npm start</code> does that.</p></html>';

/** Serves the built web app from the server's own origin; its routes all lead to the one page. */
export function serveWebApp(app: NestExpressApplication, directory: string = DIST): void {
  const page = join(directory, 'index.html');
  app.useStaticAssets(directory, { index: false, redirect: false, dotfiles: 'ignore', setHeaders: cacheBriefly });
  app.use((request: Request, response: Response, next: NextFunction) => {
    const path = pathOf(request);
    if (SERVERS_OWN.test(path)) next();
    else if (!isDecodable(path)) next(invalid('', 'is not a valid address'));
    else if (!isPage(request, path)) next(notFound());
    else if (existsSync(page)) {
      response.setHeader('Cache-Control', 'no-cache');
      response.sendFile(page);
    } else response.type('html').send(NOT_BUILT);
  });
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** A name with an ending would be a file, and that was not found. */
function isPage(request: Request, path: string): boolean {
  const reads = request.method === 'GET' || request.method === 'HEAD';
  return reads && !/\.[a-z0-9]+$/i.test(path) && Boolean(request.accepts('html'));
}

/** The build names assets after their content, so those never change; all else is asked for again. */
function cacheBriefly(response: { setHeader(name: string, value: string): unknown }, path: string): void {
  const isHashed = path.startsWith(join(DIST, 'assets'));
  response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
}
