import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { EXAMINATION, FileCleanup } from '../src/modules/files/index.js';
import { hasFfmpeg, mediaFile, pictures, tone } from './media-files.js';
import { startNode, type TestNode } from './node.js';
import { aPerson, type Person, succeeded } from './people.js';
import { stepsHere } from './steps-here.js';
import { download, stored, upload } from './uploads.js';

const folder = mkdtempSync(join(tmpdir(), 'recordings-killed-'));
const { uploadMs } = EXAMINATION;
/** Programs are started several times, behind everything else. */
const LOOKED_INTO_MS = 180_000;

/**
 * In place of a program: killed where a file says so, which is named by what it is asked for and how, and which goes with it;
 * as often as it is asked where that file ends with `always`.
 */
const KILLED = (program: string) => `#!/bin/sh
  case "$*" in
    *libmp3lame*) step=playable ;;
    *' s16le '*) step=measure ;;
    *image2pipe*) step=poster ;;
    *) step=probe ;;
  esac
  at="${folder}/$step"
  if [ -e "$at-always" ]; then kill -9 $$; fi
  if [ -e "$at-before" ]; then rm "$at-before"; kill -9 $$; fi
  if [ -e "$at-amid" ]; then rm "$at-amid"; "${program}" "$@" | head -c 300; kill -9 $$; fi
  if [ -e "$at-with" ]; then rm "$at-with"; kill -9 $PPID; fi
  exec "${program}" "$@"
`;

function write(name: string, real: string): void {
  const path = join(folder, name);
  writeFileSync(path, KILLED(real));
  chmodSync(path, 0o755);
}

const audio = (seconds: number) => mediaFile('webm', ...tone(seconds), '-c:a', 'libopus');
const video = (seconds: number) =>
  mediaFile('mp4', ...pictures(seconds, '320x240'), '-c:v', 'libx264', '-pix_fmt', 'yuv420p');

describe('recordings, where ffmpeg is installed', () => {
  let node: TestNode;
  let ann: Person;
  let bob: Person;
  beforeAll(async () => {
    EXAMINATION.uploadMs = LOOKED_INTO_MS;
    const real = process.env.PARLEY_TEST_FFMPEG ?? '';
    write('ffmpeg', real);
    write('ffprobe', join(dirname(real), 'ffprobe'));
    node = await startNode({ PATH: folder });
    [ann, bob] = [await aPerson(node), await aPerson(node)];
  });
  afterAll(async () => {
    EXAMINATION.uploadMs = uploadMs;
    await node.close();
    rmSync(folder, { recursive: true });
  });

  const STEPS = [
    ['probe', 'before'],
    ['measure', 'amid'],
    ['playable', 'amid'],
    ['poster', 'amid'],
    // With the process that started it.
    ['measure', 'with'],
    ['poster', 'with'],
  ] as const;

  /** What a reader gets of a recording: what is said of it, and what is made of it. */
  async function shown(person: Person, content: Buffer) {
    const file = succeeded(await upload(person, { content, name: 'a' }));
    const made = await Promise.all(
      [`${file.fileId}?playable=true`, `${file.fileId}/thumbnail`].map(async (path) => {
        const { status, content: bytes } = await download(person, path);
        return [status, status === 200 && bytes.toString('base64')];
      }),
    );
    // Whose it is makes no difference.
    return { ...file, fileId: '', downloadUrl: '', made };
  }

  it.each(stepsHere(STEPS))('§4: are whole where a program is killed once: at its %s, %s', async (step, how) => {
    if (!hasFfmpeg) return;
    // Each of another length, as the same one is not looked at again.
    const content = (step === 'poster' ? video : audio)(
      1 + STEPS.findIndex((each) => each.join() === `${step},${how}`) / 10,
    );
    writeFileSync(join(folder, `${step}-${how}`), '');
    const seen = await shown(ann, content);
    expect(existsSync(join(folder, `${step}-${how}`))).toBe(false);
    expect(seen).toMatchObject(step === 'poster' ? { width: 320, height: 240 } : { waveform: expect.any(Array) });
    // As where nothing was killed.
    expect(seen).toEqual(await shown(bob, content));
  });

  it.each([
    ['measure', false],
    ['playable', true],
  ])('§4: are handed out as they came where it is killed each time, at its %s', async (step, isMeasured) => {
    if (!hasFfmpeg) return;
    const content = audio(3 + step.length / 10);
    writeFileSync(join(folder, `${step}-always`), '');
    const { made, ...file } = await shown(ann, content);
    rmSync(join(folder, `${step}-always`));
    expect('waveform' in file || 'width' in file).toBe(isMeasured);
    expect(made).toEqual([
      [200, content.toString('base64')],
      [404, false],
    ]);
  });

  it('§4: leave nothing of what was cut off once the clean-up has run', async () => {
    expect(readdirSync(join(dirname(node.filesDirectory), 'media'))).toEqual([]);
    await node.rows(sql`UPDATE file_contents SET used_at = now() - interval '3 days' WHERE state <> 'stored'`);
    await node.node.app.get(FileCleanup).run();
    expect(await node.rows(sql`SELECT 1 FROM file_contents WHERE state <> 'stored'`)).toEqual([]);
    const { onDisk, known } = await stored(node);
    expect(onDisk).toEqual(known);
  });
});
