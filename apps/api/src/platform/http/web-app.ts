import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NextFunction, Request, Response } from 'express';
import { publicPath } from '../../kernel/base-path.js';
import { invalid, notFound } from '../../kernel/errors.js';
import { isServerPath } from '../../kernel/server-paths.js';
import { pathOf } from '../telemetry/access-log.js';

const DIST = fileURLToPath(new URL('../../../../web/dist', import.meta.url));
const PAGE = '/index.html';
const NOT_BUILT =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Parley</title>' +
  '<p>Parley is running, but its web app has not been built: <code>npm start</code> does that.</p></html>';
/** The build names assets after their content, so those never change; everything else is revalidated. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

export const isServersOwn = (request: Request): boolean => isServerPath(pathOf(request));

/** Serves the built web app from the server's own origin; every address that is no file's leads to its one page. */
export function webApp(directory: string = DIST) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (isServersOwn(request)) {
      next();
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') throw notFound();
    const file = decoded(pathOf(request));
    if (/\.[a-z0-9]+$/i.test(file) && file !== PAGE) sendFile(response, { directory, file }, next);
    else if (file !== PAGE && !request.accepts('html')) throw notFound();
    else void sendPage(response, join(directory, PAGE));
  };
}

/** The build knows no base path: what it names relative to the page, which has many addresses, is named from the root. */
async function sendPage(response: Response, path: string): Promise<void> {
  const built = await readFile(path, 'utf8').catch(() => null);
  const page = built
    ?.replaceAll('="./', `="${publicPath('/')}`)
    .replace('<meta name="base-path" content=""', `<meta name="base-path" content="${publicPath('')}"`);
  response.type('html').setHeader('Cache-Control', ASK_AGAIN);
  if (page) response.setHeader('ETag', `"${createHash('sha256').update(page).digest('base64url')}"`);
  response.send(page ?? NOT_BUILT);
}

function sendFile(response: Response, from: { directory: string; file: string }, next: NextFunction): void {
  const cache = from.file.startsWith('/assets/') ? FOR_EVER : ASK_AGAIN;
  const headers = { 'Cache-Control': cache };
  // The root keeps it inside the directory, whatever the path is.
  const options = { root: from.directory, dotfiles: 'ignore', cacheControl: false, headers } as const;
  response.sendFile(from.file, options, (fault?: Error) => {
    if (fault && !response.headersSent) next(notFound());
  });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalid('', 'is not a valid address');
  }
}
