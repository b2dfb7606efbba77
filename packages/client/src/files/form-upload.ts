import type { AttachedFile } from '@parley/protocol';
import { faultOf, type Http, headersOf, read, urlOf } from '../http/http.js';
import { InactivityTimeout } from '../http/inactivity-timeout.js';
import { timed } from './timed-request.js';
import { isFile, UPLOAD_TIMEOUT_MS, type UploadContent, type UploadHow } from './upload-content.js';

/** Where nobody tells how far it is, a line that is slower than so many bytes a millisecond has ended. */
const SLOWEST_LINE = 10;

/** The whole file in one request. */
export function sendForm(http: Http, content: UploadContent, how: UploadHow): Promise<AttachedFile> {
  const { url, fetch } = http.options;
  // `fetch` does not tell how much has gone.
  const post = typeof XMLHttpRequest === 'undefined' || fetch ? postByFetch(fetch) : postByXhr;
  return http.authorized(async (token) => {
    // The token may have taken its time.
    how.signal.throwIfAborted();
    const { status, text } = await post({ url: urlOf({ url, path: 'files' }), token, content, how });
    return read(status, text, isFile) as AttachedFile;
  });
}

interface Post {
  url: string;
  token: string;
  content: UploadContent;
  how: UploadHow;
}

interface Answer {
  status: number;
  text: string;
}

function formOf({ clientUploadId, fileName, content }: UploadContent): FormData {
  const form = new FormData();
  form.append('clientUploadId', clientUploadId);
  form.append('file', content, fileName);
  return form;
}

function postByXhr({ url, token, content, how: { signal, onProgress } }: Post): Promise<Answer> {
  const request = new XMLHttpRequest();
  const abort = () => request.abort();
  let isTooSlow = false;
  const timeout = new InactivityTimeout(UPLOAD_TIMEOUT_MS, () => {
    isTooSlow = true;
    abort();
  });
  return new Promise<Answer>((resolve, reject) => {
    request.upload.onprogress = ({ loaded }) => {
      timeout.renew();
      // The form is a little longer than its file.
      onProgress(Math.min(loaded, content.content.size));
    };
    request.onprogress = () => timeout.renew();
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = () => reject(faultOf(undefined) as Error);
    request.onabort = () => reject(faultOf({ name: isTooSlow ? 'TimeoutError' : 'AbortError' }) as Error);
    signal.addEventListener('abort', abort);
    request.open('POST', url);
    for (const [name, value] of Object.entries(headersOf({ token }))) request.setRequestHeader(name, value);
    request.send(formOf(content));
  }).finally(() => {
    timeout.end();
    signal.removeEventListener('abort', abort);
  });
}

const postByFetch =
  (ask = fetch) =>
  ({ url, token, content, how: { signal } }: Post): Promise<Answer> =>
    timed(signal, UPLOAD_TIMEOUT_MS + content.content.size / SLOWEST_LINE, async (either) => {
      const headers = headersOf({ token });
      const response = await ask(url, { method: 'POST', headers, body: formOf(content), signal: either });
      return { status: response.status, text: await response.text() };
    });
