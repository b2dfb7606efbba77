import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = process.env.PARLEY_TEST_FFMPEG ?? '';

/** Whether this machine has the programs with which a node looks into videos and audio; `npm test` prints that it has not. */
export const hasFfmpeg = program !== '';

/** Of ffmpeg, for a tone of so many seconds; of none it is silent. */
export const tone = (seconds: number, volume = 1): string[] => [
  ...['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds},volume=${8 * volume}`],
];

/** Likewise for pictures that move, without sound. */
export const pictures = (seconds: number, size = '64x48'): string[] => [
  ...['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=10:duration=${seconds}`],
];

/** What ffmpeg makes of these arguments, in this format. */
export function mediaFile(format: string, ...args: string[]): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'parley-media-'));
  try {
    const path = join(directory, 'made');
    const { status, stderr } = spawnSync(program, ['-v', 'error', '-nostdin', ...args, '-f', format, path]);
    if (status !== 0) throw new Error(String(stderr));
    return readFileSync(path);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The same MP4 of a camera that was held upright: the matrix of its first track says how to turn it. */
export function turned(video: Buffer): Buffer {
  const content = Buffer.from(video);
  const matrix = content.indexOf('tkhd') + 44;
  for (const [place, value] of [0, 0x1_0000, 0, -0x1_0000, 0].entries())
    content.writeInt32BE(value, matrix + 4 * place);
  return content;
}

const inPieces = (): Buffer =>
  mediaFile('mp4', ...tone(1), '-c:a', 'aac', '-movflags', 'empty_moov+frag_keyframe+default_base_moof');

/** What each family of browsers records of a voice; WebKitGTK writes the header of its last piece twice. */
export const RECORDED: Record<string, () => Buffer> = {
  Chromium: () => mediaFile('webm', ...tone(1), '-c:a', 'libopus', '-live', '1'),
  Firefox: () => mediaFile('ogg', ...tone(1), '-c:a', 'libopus'),
  WebKit: inPieces,
  WebKitGTK: () => {
    const content = inPieces();
    const [start, end] = [content.lastIndexOf('moof') - 4, content.lastIndexOf('mdat') - 4];
    return Buffer.concat([content.subarray(0, end), content.subarray(start)]);
  },
};
