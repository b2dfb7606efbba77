import { Upload, type UploadOptions } from 'tus-js-client';
import type { Person } from './people.js';

export const PART_TYPE = 'application/offset+octet-stream';

/** An answer by headers; of a refusal the code, else the status. */
export interface TusAnswer {
  status: number;
  headers: Headers;
  code: string | number;
}

/** Asks as clients of tus do; with `undefined` a header that they would send is left out. */
export async function ask(
  { node, token }: Person,
  request: string,
  more: { headers?: Record<string, string | undefined>; body?: Buffer } = {},
): Promise<TusAnswer> {
  const [method, path] = request.split(' ') as [string, string];
  const all = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0', ...more.headers };
  const headers = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const response = await fetch(node.url + path, { method, headers, body: more.body && new Uint8Array(more.body) });
  const text = await response.text();
  const code = text.startsWith('{') ? JSON.parse(text).error.code : response.status;
  return { status: response.status, headers: response.headers, code };
}

export const metadataOf = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');

/** Where an upload of so many bytes goes on, or the code by which it is refused. */
export async function begin(
  person: Person,
  size: number | string,
  values: Record<string, string> = { filename: 'a.bin' },
): Promise<TusAnswer & { at: string }> {
  const headers = { 'upload-length': String(size), 'upload-metadata': metadataOf(values) };
  const answer = await ask(person, 'POST /api/files/uploads', { headers });
  return { ...answer, at: answer.headers.get('location') ?? '' };
}

export const append = (person: Person, at: string, offset: number, body: Buffer): Promise<TusAnswer> =>
  ask(person, `PATCH ${at}`, { headers: { 'upload-offset': String(offset), 'content-type': PART_TYPE }, body });

/** How far it has come, and the file if it is whole; the status where there is none. */
export async function stateOf(person: Person, at: string) {
  const { status, headers } = await ask(person, `HEAD ${at}`);
  return status === 200 ? { offset: Number(headers.get('upload-offset')), file: fileIn(headers) } : { status };
}

export function fileIn(headers: Headers) {
  const header = headers.get('upload-file');
  return header === null ? null : JSON.parse(header);
}

/** Uploads by `tus-js-client`, over whatever line; returns the file as the last answer tells it. */
export function uploadByTus(url: string, content: Buffer, options: UploadOptions) {
  return new Promise<any>((resolve, reject) => {
    const upload = new Upload(content, {
      endpoint: `${url}/api/files/uploads`,
      metadata: { filename: 'naïve 報告.bin' },
      ...options,
      onError: reject,
      onSuccess: ({ lastResponse }) => resolve(JSON.parse(lastResponse.getHeader('Upload-File') ?? 'null')),
    });
    upload.start();
  });
}
