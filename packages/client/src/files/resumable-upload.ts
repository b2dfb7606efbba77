import type { AttachedFile } from '@parley/protocol';
import { type DetailedError, type HttpResponse, Upload, type UploadOptions } from 'tus-js-client';
import { deferred } from '../deferred.js';
import { faultOf, type Http, headersOf, read, urlOf } from '../http/http.js';
import { InactivityTimeout } from '../http/inactivity-timeout.js';
import { SdkError } from '../sdk-error.js';
import { timed } from './timed-request.js';
import { isFile, UPLOAD_TIMEOUT_MS, type UploadContent, type UploadHow } from './upload-content.js';

/** Where a request holds its content in memory. Browsers read a Blob as it goes. */
const CHUNK_BYTES = 8 * 2 ** 20;
const isBrowser = typeof XMLHttpRequest !== 'undefined';
const PROTOCOL = { 'tus-resumable': '1.0.0' };
/** The file, once it is all there: JSON in ASCII. */
const FILE = 'Upload-File';

/**
 * By tus, from wherever an attempt before has ended. Under one `clientUploadId` the server always begins the same upload, so
 * nothing has to be remembered for that. Null where the server has no such uploads.
 */
export async function sendResumably(http: Http, given: UploadContent, how: UploadHow): Promise<AttachedFile | null> {
  const place = await begin(http, given, how);
  if (place === null) return null;
  how.onBegun(place.slice(place.lastIndexOf('/') + 1));
  return http.authorized((token) => {
    how.signal.throwIfAborted();
    return goOn(place, { token, content: given.content, how });
  });
}

/** The upload's address. */
function begin(http: Http, given: UploadContent, { signal }: UploadHow): Promise<string | null> {
  const { clientUploadId, fileName, content } = given;
  const { url, fetch: ask = fetch } = http.options;
  const route = urlOf({ url, path: 'files/uploads' });
  const metadata = Object.entries({ filename: fileName, clientUploadId });
  return http.authorized(async (token) => {
    const headers = {
      ...headersOf({ token }),
      ...PROTOCOL,
      'upload-length': String(content.size),
      'upload-metadata': metadata.map(([key, value]) => `${key} ${base64(value)}`).join(','),
    };
    return timed(signal, UPLOAD_TIMEOUT_MS, async (either) => {
      const response = await ask(route, { method: 'POST', headers, signal: either });
      const place = response.headers.get('location');
      if (response.ok && place !== null) return new URL(place, route).href;
      return response.status === 404 ? null : refuse(response.status, await response.text());
    });
  });
}

/** The server keeps nothing of it. Where this does not reach it, it removes the upload a day later. */
export function endResumable(http: Http, id: string): Promise<void> {
  const { url, fetch: ask = fetch } = http.options;
  const route = urlOf({ url, path: `files/uploads/${id}` });
  return http.authorized(async (token) => {
    const response = await ask(route, { method: 'DELETE', headers: { ...headersOf({ token }), ...PROTOCOL } });
    if (!response.ok) refuse(response.status, await response.text());
  });
}

interface Passage {
  token: string;
  content: Blob;
  how: UploadHow;
}

function goOn(uploadUrl: string, { token, content, how: { signal, onProgress } }: Passage): Promise<AttachedFile> {
  const { promise, resolve, reject } = deferred<HttpResponse>();
  const end = (name: string) => {
    void upload.abort();
    reject(faultOf({ name }));
  };
  const timeout = new InactivityTimeout(UPLOAD_TIMEOUT_MS, () => end('TimeoutError'));
  const options: UploadOptions = {
    uploadUrl,
    headers: headersOf({ token }),
    // Attempts are its caller's.
    retryDelays: null,
    onProgress: (sentBytes) => {
      timeout.renew();
      onProgress(sentBytes);
    },
    onError: reject,
    onSuccess: ({ lastResponse }) => resolve(lastResponse),
  };
  const upload = new Upload(
    content,
    isBrowser ? options : { ...options, chunkSize: CHUNK_BYTES, fileReader: inChunks },
  );
  const abort = () => end('AbortError');
  signal.addEventListener('abort', abort);
  upload.start();
  return promise.then(fileIn, refused).finally(() => {
    timeout.end();
    signal.removeEventListener('abort', abort);
  });
}

function fileIn(response: HttpResponse): AttachedFile {
  return read(200, response.getHeader(FILE) ?? '', isFile) as AttachedFile;
}

function refused(fault: unknown): never {
  const response = (fault as Partial<DetailedError>).originalResponse;
  if (!response) throw fault instanceof SdkError ? fault : faultOf(fault);
  const status = response.getStatus();
  // An answer to HEAD says no more.
  if (status === 401) throw new SdkError('token_expired', 'The token has expired.');
  return refuse(status, response.getBody());
}

function refuse(status: number, text: string): never {
  try {
    read(status, text, () => false);
  } catch (fault) {
    // A request that was cut off goes on in the server for a while.
    const isBusy = fault instanceof SdkError && fault.code === 'conflict';
    throw isBusy ? new SdkError('conflict', fault.message, { requestId: fault.requestId }) : fault;
  }
  throw faultOf(undefined);
}

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** Reads a Blob where the package takes none. */
const inChunks: UploadOptions['fileReader'] = {
  openFile: async (content: Blob) => ({
    size: content.size,
    slice: async (start, end) => {
      const bytes = new Uint8Array(await content.slice(start, end).arrayBuffer());
      return { value: Object.assign(bytes, { size: bytes.length }), done: end >= content.size };
    },
    close: () => undefined,
  }),
};
