import compression from 'compression';
import type { RequestHandler } from 'express';
import { pathOf } from '../telemetry/access-log.js';

/** What is shorter gains next to nothing, and the answers to most commands are shorter. In bytes. */
const SHORTEST = 1_024;
/**
 * Answers that stay as they are: accounts, where a secret may stand beside what another page had sent, which the length
 * would betray; and the contents of files, which are read in ranges and mostly compressed already.
 */
const AS_THEY_ARE = /^\/api\/(auth|files)(\/|$)/;

/** Compresses text that is longer than 1 KB, the web app's and the API's, for those who accept it. */
export function compressed(): RequestHandler {
  return compression({
    threshold: SHORTEST,
    // Parts of a file are parts of what it is without.
    filter: (request, response) =>
      response.statusCode !== 206 && !AS_THEY_ARE.test(pathOf(request)) && compression.filter(request, response),
  });
}
