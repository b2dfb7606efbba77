import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasFfmpeg, mediaFile, pictures, RECORDED, tone, turned } from '../../../test/media-files.js';
import { outputOf } from './limited-program.js';
import { findMediaPrograms, type MediaPrograms } from './media-programs.js';
import { MediaTools } from './media-tools.js';
import { freeDoubledHeaders } from './process/doubled-headers.js';
import { ProgramFault } from './program-fault.js';

const MEBIBYTE = 1_048_576;
const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
const SILENT = Array.from({ length: 64 }, () => 0);

const directory = mkdtempSync(join(tmpdir(), 'parley-media-tools-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Of a PNG. */
const sizeOf = (picture: Buffer | null) =>
  picture && { width: picture.readUInt32BE(16), height: picture.readUInt32BE(20) };

describe('looking into videos and audio', () => {
  let programs: MediaPrograms | null;
  let files = 0;
  beforeAll(async () => {
    programs = await findMediaPrograms((process.env.PATH ?? '').split(delimiter));
  });

  function placed(content: Buffer): string {
    files += 1;
    const path = join(directory, `file ${files}`);
    writeFileSync(path, content);
    return path;
  }
  const toolsAt = (path: string) => new MediaTools(programs ?? { ffmpeg: '', ffprobe: '' }, path);
  const toolsFor = (content: Buffer) => toolsAt(placed(content));

  it('finds nothing where the programs are not installed', async () => {
    expect(await findMediaPrograms([directory, '', 'relative'])).toBeNull();
  });

  it('knows the size as shown, the length and a picture of a video, whichever way its camera was held', async () => {
    if (!hasFfmpeg) return;
    const upright = mediaFile('mp4', ...pictures(2), ...tone(2), ...H264, '-c:a', 'aac');
    for (const [content, size] of [
      [upright, { width: 64, height: 48 }],
      [turned(upright), { width: 48, height: 64 }],
    ] as const) {
      const tools = toolsFor(content);
      const facts = await tools.facts();
      expect(facts).toMatchObject({ video: size, audio: { codec: 'aac' }, durationMs: 2_000 });
      expect(sizeOf(await tools.poster(facts))).toEqual(size);
    }
  });

  it('makes a picture of one frame, of the proportions that are shown, and no larger than it has to be', async () => {
    if (!hasFfmpeg) return;
    const tools = toolsFor(mediaFile('webm', ...pictures(0.1, '2000x100'), '-vf', 'setsar=2', '-c:v', 'libvpx'));
    const facts = await tools.facts();
    expect(facts.video).toEqual({ width: 4_000, height: 100 });
    expect(sizeOf(await tools.poster(facts))).toEqual({ width: 1_280, height: 32 });
  });

  it.each(Object.keys(RECORDED))('reads what %s records, and makes of it what all browsers play', async (name) => {
    if (!hasFfmpeg) return;
    const path = placed(RECORDED[name]?.() ?? Buffer.alloc(0));
    await freeDoubledHeaders(path);
    const tools = toolsAt(path);
    const facts = await tools.facts();
    expect(facts).toMatchObject({ video: null, audio: { channels: 1 } });
    const playable = toolsFor(await buffer(tools.playable(facts, MEBIBYTE)));
    expect(await playable.facts()).toMatchObject({ video: null, audio: { codec: 'mp3', channels: 1 } });
    for (const each of [tools, playable]) {
      const { durationMs } = await each.measure();
      expect(Math.abs(durationMs - 1_000)).toBeLessThan(100);
    }
  });

  it('tells silence from a tone, and where in the audio it is', async () => {
    if (!hasFfmpeg) return;
    const silent = toolsFor(mediaFile('wav', ...tone(1, 0)));
    expect(await silent.measure()).toEqual({ durationMs: 1_000, waveform: SILENT });
    const half = toolsFor(mediaFile('flac', ...tone(2, 0), ...tone(2), '-filter_complex', '[0][1]concat=v=0:a=1'));
    const { waveform } = await half.measure();
    expect(waveform.slice(0, 31)).toEqual(SILENT.slice(0, 31));
    expect(Math.min(...waveform.slice(33))).toBeGreaterThan(50);
  });

  it.each([
    ['a playlist', '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nOTHER\n#EXT-X-ENDLIST\n'],
    ['a list of parts', 'ffconcat version 1.0\nfile other.ts\n'],
    [
      'a description of streams',
      'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n',
    ],
    ['text', 'nothing that is played'],
  ])('reads no other file for %s', async (_, text) => {
    if (!hasFfmpeg) return;
    const other = join(directory, 'other.ts');
    writeFileSync(other, mediaFile('mpegts', ...tone(1), '-c:a', 'aac'));
    const tools = toolsFor(Buffer.from(text.replace('OTHER', `file:${other}`)));
    await expect(tools.facts()).rejects.toThrow(ProgramFault);
    await expect(tools.measure()).rejects.toThrow(ProgramFault);
  });

  it('refuses what is broken', async () => {
    if (!hasFfmpeg) return;
    const whole = mediaFile('mp4', ...tone(1), '-c:a', 'aac');
    // Its description is at its end.
    await expect(toolsFor(whole.subarray(0, -1_000)).facts()).rejects.toThrow(ProgramFault);
    await expect(toolsFor(Buffer.alloc(1_000)).measure()).rejects.toThrow(ProgramFault);
  });
});

describe('a limited program', () => {
  const LIMITS = { ms: 20_000, clockMs: 120_000, memoryBytes: 512 * MEBIBYTE, outputBytes: 1_000 };
  const call = (script: string) => ({ program: '/bin/sh', args: ['-c', script], folder: directory });
  const run = async (script: string, limits: Partial<typeof LIMITS> = {}) =>
    String(await buffer(outputOf(call(script), { ...LIMITS, ...limits })));

  it('has nothing of the environment here', async () => {
    process.env.PARLEY_TEST_SECRET = 'secret';
    const environment = await run('env');
    delete process.env.PARLEY_TEST_SECRET;
    expect(environment).not.toContain('secret');
  });

  it('fails with what it said, also where it has written something', async () => {
    const failed = { reason: 'failed', message: 'broken\n' };
    await expect(run('echo half; echo broken >&2; exit 3')).rejects.toMatchObject(failed);
    const missing = { program: '/not/there', args: [], folder: directory };
    await expect(buffer(outputOf(missing, LIMITS))).rejects.toMatchObject({ reason: 'failed' });
  });

  it('is killed where it takes too long, writes too much, or is not wanted any more', async () => {
    await expect(run('exec sleep 60', { clockMs: 300 })).rejects.toMatchObject({ reason: 'time' });
    await expect(run('while :; do echo more; done')).rejects.toMatchObject({ reason: 'output' });
    const output = outputOf(call('echo begun; exec sleep 60'), LIMITS);
    await output.next();
    await output.return(undefined);
  });

  it('may wait for longer than it may compute, and is killed where it computes for longer', async () => {
    if (process.platform !== 'linux') return;
    expect(await run('sleep 1; echo done', { ms: 500 })).toBe('done\n');
    const endless = run('while :; do :; done', { ms: 500 });
    await expect(endless).rejects.toMatchObject({ reason: 'time', message: 'took more than 500 ms of the processor' });
  });

  it('that somebody else has killed is told from one that took too long', async () => {
    await expect(run('kill -9 $$')).rejects.toMatchObject({ reason: 'died' });
  });

  it('writes no file, and has no more memory than it may', async () => {
    await expect(run('echo 1 >written')).rejects.toThrow(ProgramFault);
    const takes = 'x=$(head -c 300000000 /dev/zero | tr "\\0" a); echo taken';
    await expect(run(takes, { memoryBytes: 64 * MEBIBYTE })).rejects.toThrow(ProgramFault);
  });
});
