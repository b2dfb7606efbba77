import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';

const CHUNK_BYTES = 65_536;
const BOUNDARY = 'a-benchmark';
const HEAD = Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n`);
const NOTHING = Buffer.alloc(0);
const TAIL = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);

/** Where files are sent to and read from. */
export interface FilePlace {
  url: string;
  /** To which an id is added to read a file. */
  path: string;
  token: string;
  /** Of its server. */
  pid: number;
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
  const answer = await sendBody(request(`${url}${path}`, { method: 'POST', headers, agent }), bytes, HEAD, TAIL);
  if (answer.statusCode !== 201) throw new Error(`An upload was answered ${answer.statusCode}.`);
  return ((await json(answer)) as { fileId: string }).fileId;
}

/** The same by tus, in one request after that which begins it, as the SDK does in browsers. */
export async function sendResumably({ url, path, token }: FilePlace, bytes: number): Promise<string> {
  const common = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' };
  const begin = request(`${url}${path}/uploads`, {
    method: 'POST',
    headers: { ...common, 'content-length': 0, 'upload-length': bytes, 'upload-metadata': `filename ${btoa('a.bin')}` },
    agent,
  });
  const begun = await sendBody(begin, 0);
  await finished(begun.resume());
  const headers = {
    ...common,
    'upload-offset': 0,
    'content-type': 'application/offset+octet-stream',
    'content-length': bytes,
  };
  const answer = await sendBody(request(`${url}${begun.headers.location}`, { method: 'PATCH', headers, agent }), bytes);
  await finished(answer.resume());
  if (answer.statusCode !== 204) throw new Error(`The content of an upload was answered ${answer.statusCode}.`);
  return (JSON.parse(String(answer.headers['upload-file'])) as { fileId: string }).fileId;
}

async function sendBody(sent: ClientRequest, bytes: number, head = NOTHING, tail = NOTHING): Promise<IncomingMessage> {
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.write(head);
  const chunk = randomFillSync(Buffer.alloc(CHUNK_BYTES));
  for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
    if (!sent.write(chunk.subarray(0, left))) await Promise.race([once(sent, 'drain'), answered]);
  }
  sent.end(tail);
  const [answer] = await answered;
  return answer;
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
