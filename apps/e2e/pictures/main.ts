import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { AttachedFile } from '@parley/protocol';
import { ParleyNode, TestUser } from '@parley/testkit';
import { likeness, requireReference } from './reference.js';
import { type Row, summary, tableRow } from './report.js';

const USAGE = `npm run pictures -- DIRECTORY
  Uploads every file below DIRECTORY to a node of its own, one after the other, and compares each thumbnail with what
  ImageMagick makes of the picture.`;

interface Run {
  node: ParleyNode;
  user: TestUser;
  /** For thumbnails. */
  folder: string;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size > 0)
    .toSorted();
}

async function look(run: Run, path: string): Promise<Row> {
  const { node, user, folder } = run;
  const headers = { authorization: `Bearer ${user.token}` };
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(readFileSync(path))]), basename(path));
  const told = node.log().length;
  const answer = await fetch(`${node.url}/api/files`, { method: 'POST', headers, body: form });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  const { fileId, fileType } = (await answer.json()) as AttachedFile;
  const small = await fetch(`${node.url}/api/files/${fileId}/thumbnail?size=320`, { headers });
  const thumbnail = join(folder, 'thumbnail.webp');
  writeFileSync(thumbnail, Buffer.from(await small.arrayBuffer()));
  // The same once more says what has become known since.
  const again = await fetch(`${node.url}/api/files`, { method: 'POST', headers, body: form });
  const { width, height } = (await again.json()) as AttachedFile;
  const lines = node.log().slice(told);
  const row = { path, fileType, ...factsIn(lines), size: width && height ? `${width}x${height}` : null };
  return { ...row, likeness: small.ok ? await likeness(path, thumbnail) : null };
}

/** What the node's log says of the file that it has just looked at. */
function factsIn(log: string): Pick<Row, 'ms' | 'peakBytes' | 'reason'> {
  const lines = log
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
  const of = (msg: string) => lines.find((line) => line.msg === msg);
  const [seen, failed] = [of('a file was looked at'), of('nothing can be shown of a file')];
  return {
    ms: Number(seen?.ms ?? 0),
    peakBytes: Number(seen?.peakBytes ?? 0),
    reason: failed ? `${String(failed.reason)}: ${String(failed.fault)}` : null,
  };
}

async function main(): Promise<boolean> {
  const [directory] = process.argv.slice(2);
  if (!directory) throw new Error(USAGE);
  requireReference();
  const paths = filesBelow(resolve(process.env.INIT_CWD ?? '.', directory));
  const folder = mkdtempSync(join(tmpdir(), 'parley-pictures-'));
  const node = await ParleyNode.start({ env: { LOG_LEVEL: 'info', RATE_LIMITS: 'off' } });
  try {
    const user = await TestUser.ofHost(node.url, { externalId: 'pictures', name: 'Pictures' });
    const rows: Row[] = [];
    for (const path of paths) {
      const row = await look({ node, user, folder }, path);
      rows.push(row);
      console.log(tableRow(row, directory));
    }
    const { lines, isGood } = summary(rows);
    console.log(lines.join('\n'));
    return isGood;
  } finally {
    await node.stop();
    rmSync(folder, { recursive: true });
  }
}

main().then(
  (isGood) => {
    process.exitCode = isGood ? 0 : 1;
  },
  (fault: unknown) => {
    console.error(fault instanceof Error ? fault.message : fault);
    process.exitCode = 2;
  },
);
