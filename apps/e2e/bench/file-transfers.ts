import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';

const CHUNK_BYTES = 65_536;
const BOUNDARY = 'a-benchmark';
const HEAD = Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n`);
const TAIL = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);

/** Where files are sent to and read from. */
export interface FilePlace {
  url: string;
  /** To which an id is added to read a file. */
  path: string;
  token: string;
}

/** Connections are kept, as browsers keep them. */
const agent = new Agent({ keepAlive: true });

/** Sends a form with a file that nobody has yet, as fast as it is taken; answers its id. */
export async function sendFile({ url, path, token }: FilePlace, bytes: number): Promise<string> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    'content-length': HEAD.length + bytes + TAIL.length,
  };
  const sent = request(`${url}${path}`, { method: 'POST', headers, agent });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.write(HEAD);
  const chunk = randomFillSync(Buffer.alloc(CHUNK_BYTES));
  for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
    if (!sent.write(chunk.subarray(0, left))) await Promise.race([once(sent, 'drain'), answered]);
  }
  sent.end(TAIL);
  const [answer] = await answered;
  if (answer.statusCode !== 201) throw new Error(`An upload was answered ${answer.statusCode}.`);
  return ((await json(answer)) as { fileId: string }).fileId;
}

/** Reads a file to its end, and throws it away. */
export async function readFile({ url, path, token }: FilePlace, id: string): Promise<number> {
  const asked = request(`${url}${path}/${id}`, { headers: { authorization: `Bearer ${token}` }, agent });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let bytes = 0;
  answer.on('data', (part: Buffer) => {
    bytes += part.length;
  });
  await once(answer, 'end');
  return bytes;
}
