import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import type { TestNode } from './node.js';
import { type Answer, type Person, succeeded } from './people.js';

/** A picture of one pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** So many bytes that no other content has. */
export const someBytes = (length: number): Buffer => randomBytes(length);

interface Part {
  /** Of the part's head, as it stands there. */
  disposition: string;
  type?: string;
  content: Buffer | string;
}

const BOUNDARY = 'x-parley-test';

/** A form, byte by byte. */
export function formOf(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ disposition, type, content }) => [
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}${type ? `\r\nContent-Type: ${type}` : ''}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/** Posts these bytes as a form, whatever they are. */
export async function postForm(
  { node, token }: Person,
  body: Buffer,
  type = `multipart/form-data; boundary=${BOUNDARY}`,
): Promise<Answer> {
  const response = await fetch(`${node.url}/api/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: new Uint8Array(body),
  });
  return answerOf(response);
}

/** As browsers upload. */
export async function upload(
  { node, token }: Person,
  { content = someBytes(100), name = 'a.bin', fields = {} }: { content?: Buffer; name?: string; fields?: object } = {},
): Promise<Answer> {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.append(key, String(value));
  form.append('file', new Blob([new Uint8Array(content)]), name);
  const headers = { authorization: `Bearer ${token}` };
  return answerOf(await fetch(`${node.url}/api/files`, { method: 'POST', headers, body: form }));
}

/** The id of a new file. */
export const aFile = async (person: Person, content?: Buffer, name?: string): Promise<string> =>
  succeeded(await upload(person, { content, name })).fileId;

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text.startsWith('{') ? JSON.parse(text) : text,
  };
}

/** A file as its reader gets it. */
export async function download(
  { node, token }: Person,
  id: string,
  { headers = {}, method = 'GET' }: { headers?: Record<string, string>; method?: string } = {},
): Promise<Response & { content: Buffer }> {
  const all = { authorization: `Bearer ${token}`, ...headers };
  const response = await fetch(`${node.url}/api/files/${id}`, { method, headers: all });
  return Object.assign(response, { content: Buffer.from(await response.arrayBuffer()) });
}

/** The beginning of an upload whose rest never comes. */
export async function beginUpload({ node, token }: Person, length: number, content: Buffer): Promise<Socket> {
  const { port, hostname } = new URL(node.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `POST /api/files HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: ${length}\r\n\r\n` +
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n`,
  );
  socket.write(content);
  return socket;
}

/** What is on disk and in the database, which have to be the same. */
export async function stored(node: TestNode): Promise<{ onDisk: string[]; known: string[] }> {
  const { filesDirectory: directory } = node;
  const onDisk = existsSync(directory)
    ? readdirSync(directory).flatMap((folder) => readdirSync(join(directory, folder)))
    : [];
  const rows = await node.rows<{ id: string }>(sql`SELECT id FROM file_contents`);
  return { onDisk: onDisk.toSorted(), known: rows.map(({ id }) => id).toSorted() };
}
