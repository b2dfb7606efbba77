import type { IncomingMessage, ServerResponse } from 'node:http';

/** Here bodies may be forms with a file, or parts of one; whoever reads them sees to their sizes and their pace. */
const UPLOADS = /^\/api\/files\/?(?:\?|$)/;
const PARTS = /^\/api\/files\/uploads\//;
const PART_TYPE = 'application/offset+octet-stream';

/** In milliseconds; tests make them small. */
export const BODY_DEADLINES = {
  /** For a whole body, but of uploads. */
  whole: 30_000,
  /** What still comes of a body that has been answered already is thrown away for so long. */
  answered: 3_000,
};

/** Of JSON that goes where forms do, the whole is read before anybody looks at who sends it. */
const isJson = (type: string | undefined): boolean => /^\s*application\/json/i.test(type ?? '');

export const isUpload = ({ method, url = '', headers }: IncomingMessage): boolean =>
  (method === 'POST' && UPLOADS.test(url) && !isJson(headers['content-type'])) ||
  (method === 'PATCH' && PARTS.test(url) && headers['content-type'] === PART_TYPE);

export function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}

/** Cuts off whoever takes too long for a body, and whoever goes on with one that was refused. */
export function limitBody(request: IncomingMessage, response: ServerResponse): void {
  if (!hasBody(request)) return;
  const { socket } = request;
  const cut = () => {
    if (!request.complete) socket.destroy();
  };
  const deadline = isUpload(request) ? undefined : setTimeout(cut, BODY_DEADLINES.whole).unref();
  request.once('close', () => clearTimeout(deadline));
  response.once('finish', () => {
    if (!request.complete) setTimeout(cut, BODY_DEADLINES.answered).unref();
  });
}
