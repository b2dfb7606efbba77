import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { AttachedFile, FileLink } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import type { Answer } from '../answer.contract.js';
import { QUOTA_BYTES } from '../deployment-settings.js';
import { Actor } from '../fixture.js';
import { retryLimited } from '../retry-limited.js';
import type { Row } from '../row.contract.js';
import type { AskOptions, Target } from '../target.js';
import { Wire } from '../wire.js';
import { SENDING } from './authorization.js';

/** What an upload writes, also one of which nothing is kept. */
export const UPLOADING = ['files', 'file_contents', 'file_usage'];
const BOUNDARY = 'an-attack';
const CUT_UPLOADS = 200;
/** Files that one user sends, how large each is, and how many are on their way to each node. */
const SMALL = { files: 1_000, bytes: 10_000, atOnce: 16 };
const PART = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename=`;
const formOf = (name: string, content: Buffer | string): Buffer =>
  Buffer.concat([
    Buffer.from(`${PART}"${name}"\r\n\r\n`),
    Buffer.from(content),
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);

function post(target: Target, by: Actor, body: Buffer, { node, headers }: AskOptions = {}): Promise<Answer> {
  const type = `multipart/form-data; boundary=${BOUNDARY}`;
  const all = { authorization: `Bearer ${by.token}`, 'content-type': type, ...headers };
  return target.ask({ method: 'POST', path: '/api/files', headers: all, body }, { by, node });
}

export async function aFile(target: Target, by: Actor, name: string, content: Buffer | string): Promise<AttachedFile> {
  const answer = await retryLimited(() => post(target, by, formOf(name, content)));
  target.accepted(answer);
  return JSON.parse(answer.text) as AttachedFile;
}

/** A page with a script, and what is a picture before it. */
const PAGE = '<!doctype html><script>alert(document.domain)</script>';
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';

const NAMES = [
  ...['../../etc/passwd', '..\\\\..\\\\x', 'a%0D%0ASet-Cookie: x=1', 'x; filename=evil.html', 'n'.repeat(300), 'CON'],
  ...['.htaccess', 'photo\u202egpj.exe', '%2e%2e%2fx', "'; DROP TABLE files; --", '<img src=x onerror=alert(1)>'],
];

export const files: Row[] = [
  {
    id: 'A28',
    title:
      'files of others, by id, in parts, by forged links, and after a removal or a deletion: as if they did not exist',
    changes: [...UPLOADING, 'message_files', ...SENDING, 'audit_log'],
    async run(target) {
      const { alice, bob, mallory, ex, group } = target.fixture;
      const { fileId } = await aFile(target, alice, 'a.txt', randomBytes(100));
      const path = `/files/${fileId}`;
      const sent = await alice.send(group, { content: '', type: 'file', metadata: { fileId } });
      target.accepted(await target.api(bob, `GET ${path}`));
      for (const stranger of [mallory, ex]) {
        await target.allRefused(stranger, [`GET ${path}`, `POST ${path}/link`], 'not_found');
      }
      const variants = [
        `/files/..%2f${fileId}`,
        `/files/${fileId}%00`,
        `/files/${fileId}/../${fileId}`,
        `/files//${fileId}`,
      ];
      for (const each of variants)
        target.refused(await target.api(mallory, `GET ${each}`), 'not_found', 'validation_failed');
      for (const range of ['bytes=0-9', 'bytes=-1', 'bytes=100-']) {
        const part = await target.api(mallory, `GET ${path}`, undefined, { headers: { range } });
        target.refused(part, 'not_found');
      }
      const link = JSON.parse((await target.api(bob, `POST ${path}/link`)).text) as FileLink;
      target.accepted(await target.ask({ path: link.url }));
      const other = await aFile(target, alice, 'b.txt', randomBytes(100));
      const forged = [
        link.url.replace(fileId, other.fileId),
        link.url.replace(bob.id, alice.id),
        link.url.slice(0, -1),
        link.url.replace(/\.(\d+)\./, (_, expires) => `.${Number(expires) + 60}.`),
      ];
      for (const each of forged) target.refused(await target.ask({ path: each }), 'unauthenticated');
      for (const metadata of [{ fileId }, { files: [{ fileId }] }])
        target.refused(
          await target.api(bob, `POST /conversations/${group}/messages`, { content: 'x', metadata }),
          'validation_failed',
        );
      await mustEndWithMembership(target);
      await alice.request('DELETE', `/messages/${sent.id}`);
      target.refused(await target.ask({ path: link.url }), 'not_found');
      target.refused(await target.api(bob, `GET ${path}`), 'not_found');
    },
  },
  {
    id: 'A43',
    title: 'files that a browser would run, under whatever name: saved, never shown, and allowed nothing',
    changes: UPLOADING,
    async run(target) {
      const { mallory } = target.fixture;
      const kinds: readonly (readonly [string, Buffer | string])[] = [
        ...([
          ['x.svg', SVG],
          ['x.png', SVG],
          ['x.html', PAGE],
          ['x.png', PAGE],
          ['x.xml', `<?xml version="1.0"?>${SVG}`],
          ['x.png.html', PAGE],
          ['x.html.png', PAGE],
          ['x.pdf.svg', SVG],
        ] as const),
        ...([
          ['x.js', 'alert(1)'],
          ['x.html', Buffer.concat([PIXEL, Buffer.from(PAGE)])],
        ] as const),
      ];
      for (const [name, content] of kinds) {
        const { fileId } = await aFile(target, mallory, name, content);
        const { headers } = await target.api(mallory, `GET /files/${fileId}`);
        const isPicture = headers['content-type'] === 'image/png';
        const what = `${name} of ${content.length} bytes`;
        target.must(
          isPicture || headers['content-type'] === 'application/octet-stream',
          `${what} is ${headers['content-type']}`,
        );
        target.must(isPicture || (headers['content-disposition'] ?? '').startsWith('attachment;'), `${what} is shown`);
        target.must(headers['x-content-type-options'] === 'nosniff', `${what} may be sniffed`);
        target.must(
          /default-src 'none'.*sandbox/.test(String(headers['content-security-policy'])),
          `${what} is no sandbox`,
        );
      }
    },
  },
  {
    id: 'A44',
    title: 'names of files that are paths, headers, or turn the text around them: one line of a header, and no place',
    changes: UPLOADING,
    async run(target) {
      const { mallory } = target.fixture;
      for (const name of NAMES) {
        const { fileId, fileName } = await aFile(target, mallory, name, randomBytes(20));
        target.must(!/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(fileName), `${name} became ${fileName}`);
        const { headers } = await target.api(mallory, `GET /files/${fileId}`);
        target.must(headers['set-cookie'] === undefined, `${name} has set a cookie`);
        const header = headers['content-disposition'] ?? '';
        target.must(
          /^attachment; filename="[^"\\\r\n]*"; filename\*=UTF-8''[\w.!#$&+^`|~%-]*$/.test(header),
          `${name}: ${header}`,
        );
      }
    },
  },
  {
    id: 'A46',
    title:
      'uploads that lie about themselves, have no end or no parts, or are cut off 200 times: refused, and nothing stays',
    changes: UPLOADING,
    async run(target) {
      const { mallory } = target.fixture;
      const form = formOf('a.bin', 'x');
      const odd: [Buffer, Record<string, string>][] = [
        [form.subarray(0, -10), {}],
        [formOf('', 'x'), {}],
        [formOf('a.bin', ''), {}],
        [Buffer.from(`--${BOUNDARY}--\r\n`), {}],
        [Buffer.concat([Buffer.from(`${PART}"a"\r\n\r\nx\r\n`.repeat(3)), form]), {}],
        [Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name=""\r\n\r\n\r\n`.repeat(10_000)), {}],
        [form, { 'content-type': 'multipart/form-data' }],
        [form, { 'content-type': 'multipart/form-data; boundary=another' }],
        [form, { 'content-encoding': 'gzip', 'content-type': 'application/x-www-form-urlencoded' }],
      ];
      for (const [body, headers] of odd)
        target.refused(await post(target, mallory, body, { headers }), 'validation_failed', 'unsupported_media_type');
      target.refused(await post(target, mallory, form, { headers: { 'content-length': '9999999999' } }), 'too_large');
      await cutUploads(target, mallory);
    },
  },
  {
    id: 'A47',
    title: `${SMALL.files} small files of one user through all nodes at once: taken up to the quota, and no byte beyond it`,
    needs: 'own node',
    changes: [...UPLOADING, 'users'],
    async run(target) {
      const by = await Actor.register(target.url(), 'hoarder');
      const answers = await hoard(target, by);
      const taken = answers.filter(({ status }) => status === 201);
      for (const answer of answers) if (answer.status !== 201) target.refused(answer, 'too_large', 'rate_limited');
      target.figure('taken', `${taken.length} of ${answers.length}`);
      const most = Math.floor(QUOTA_BYTES / SMALL.bytes);
      target.must(taken.length === most, `${taken.length} files were taken where ${most} have room`);
      await mustBeStored(target, by, most);
    },
  },
];

/** A link of one who is removed then. */
async function mustEndWithMembership(target: Target): Promise<void> {
  const { alice, bob } = target.fixture;
  const { id } = await alice.createConversation({ type: 'group', name: 'Files', memberIds: [bob.id] });
  const { fileId } = await aFile(target, alice, 'c.txt', randomBytes(100));
  await alice.send(id, { content: '', type: 'file', metadata: { fileId } });
  const { url } = JSON.parse((await target.api(bob, `POST /files/${fileId}/link`)).text) as FileLink;
  target.accepted(await target.ask({ path: url }));
  await alice.request('DELETE', `/conversations/${id}/members/${bob.id}`);
  for (const headers of [{}, { range: 'bytes=0-9' }]) {
    target.refused(await target.ask({ path: url, headers }), 'not_found');
  }
}

async function hoard(target: Target, by: Actor): Promise<Answer[]> {
  const answers: Answer[] = [];
  let left = SMALL.files;
  const worker = async (node: number) => {
    for (; left > 0; ) {
      left -= 1;
      answers.push(await post(target, by, formOf('a.bin', randomBytes(SMALL.bytes)), { node }));
    }
  };
  const workers = target.urls.flatMap((_, node) => Array.from({ length: SMALL.atOnce }, () => worker(node)));
  await Promise.all(workers);
  return answers;
}

/** So many files of theirs are known and on the disk, and nothing else of theirs is. */
async function mustBeStored(target: Target, by: Actor, count: number): Promise<void> {
  const { own } = target;
  if (!own) return;
  const session = await own.postgres.connect('parley');
  try {
    const { rows } = await session.query<{ id: string; size: number }>(
      'SELECT id, size FROM file_contents WHERE uploader_id = $1',
      [by.id],
    );
    target.must(rows.length === count, `${rows.length} contents are known of ${count} files`);
    const sizes = rows.map(({ id }) => statSync(join(own.filesDirectory, id.slice(-2), id)).size);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    target.must(bytes === count * SMALL.bytes, `${bytes} bytes are stored of ${count} files`);
  } finally {
    await session.end();
  }
}

/** In turns, as one user has twenty at a time. */
async function cutUploads(target: Target, by: Actor): Promise<void> {
  const host = new URL(target.url()).host;
  for (let begun = 0; begun < CUT_UPLOADS; begun += 20) {
    const wires = await Promise.all(Array.from({ length: 20 }, () => Wire.open(target.url())));
    for (const wire of wires) {
      wire.write(
        `POST /api/files HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${by.token}\r\nContent-Length: 100000\r\n` +
          `Content-Type: multipart/form-data; boundary=${BOUNDARY}\r\n\r\n${PART}"a.bin"\r\n\r\n${'x'.repeat(1_000)}`,
      );
    }
    for (const wire of wires) wire.close();
  }
  const { own } = target;
  if (!own) return;
  const session = await own.postgres.connect('parley');
  try {
    await eventually('nothing is left of the uploads that were cut', async () => {
      const { rows } = await session.query("SELECT 1 FROM file_contents WHERE state <> 'stored'");
      return rows.length === 0;
    });
  } finally {
    await session.end();
  }
}
