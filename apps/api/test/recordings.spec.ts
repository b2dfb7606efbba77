import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import sharp from 'sharp';
import { hasFfmpeg, mediaFile, pictures, RECORDED, tone, turned } from './media-files.js';
import { startNode, type TestNode } from './node.js';
import { aPerson, type Person, succeeded } from './people.js';
import { download, upload } from './uploads.js';

const aVideo = () => mediaFile('mp4', ...pictures(1, '320x240'), '-c:v', 'libx264', '-pix_fmt', 'yuv420p');
const played = (person: Person, id: string, headers = {}) => download(person, `${id}?playable=true`, { headers });

/** As it is described once it was looked at: on a busy machine the first answer comes before. */
async function sent(person: Person, content: Buffer) {
  const file = { content, name: 'voice.dat', fields: { clientUploadId: randomUUID() } };
  const { fileId } = succeeded(await upload(person, file));
  await eventually('it was looked at', async () => (await download(person, `${fileId}/thumbnail`)).status !== 503);
  return succeeded(await upload(person, file));
}

describe('videos and audio, where ffmpeg is installed', () => {
  let node: TestNode;
  let ann: Person;
  beforeAll(async () => {
    node = await startNode({ PATH: process.env.PATH ?? '' });
    ann = await aPerson(node);
  });
  afterAll(() => node.close());

  it('§4: a video is shown by one of its pictures, upright, with its size and length', async () => {
    if (!hasFfmpeg) return;
    const video = aVideo();
    for (const [content, size] of [
      [video, { width: 320, height: 240 }],
      [turned(video), { width: 240, height: 320 }],
    ] as const) {
      const { fileId, ...file } = await sent(ann, content);
      expect(file).toMatchObject({
        fileType: 'video/mp4',
        durationMs: 1_000,
        placeholder: expect.any(String),
        ...size,
      });
      const thumbnail = await download(ann, `${fileId}/thumbnail`);
      expect(await sharp(thumbnail.content).metadata()).toMatchObject({ format: 'webp', ...size });
    }
  });

  it('§4: a video that does not say how long it is has the length of its sound', async () => {
    if (!hasFfmpeg) return;
    const codecs = ['-c:v', 'libvpx', '-c:a', 'libopus'];
    const { durationMs } = await sent(ann, mediaFile('webm', ...pictures(1), ...tone(1), ...codecs, '-live', '1'));
    expect(Math.abs(durationMs - 1_000)).toBeLessThan(100);
  });

  it.each(Object.entries(RECORDED))(
    '§4: a voice message as %s records it is audio, with its waveform, and played by all browsers',
    async (_, record) => {
      if (!hasFfmpeg) return;
      const content = record();
      const { fileId, fileType, width, durationMs, waveform } = await sent(ann, content);
      expect([fileType.split('/')[0], width]).toEqual(['audio', undefined]);
      expect(Math.abs(durationMs - 1_000)).toBeLessThan(100);
      expect([waveform.length, Math.max(...waveform) > 50]).toEqual([64, true]);
      const mp3 = await played(ann, fileId);
      expect(mp3.headers.get('content-type')).toBe('audio/mpeg');
      expect(mp3.headers.get('content-disposition')).toMatch(/^inline; filename="voice\.mp3"/);
      const part = await played(ann, fileId, { range: 'bytes=100-199' });
      expect([part.status, part.content]).toEqual([206, mp3.content.subarray(100, 200)]);
      expect((await download(ann, fileId)).content.equals(content)).toBe(true);
    },
  );

  it('§4: a link to a file is one to what is played of it, too', async () => {
    if (!hasFfmpeg) return;
    const { fileId } = await sent(ann, RECORDED.Firefox?.() ?? Buffer.alloc(0));
    const link = await node.request.post(`/api/files/${fileId}/link`).set('authorization', `Bearer ${ann.token}`);
    const answer = await node.request.get(`${link.body.url}&playable=true`);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'audio/mpeg']);
  });

  it('§4: MP3 is played as it came', async () => {
    if (!hasFfmpeg) return;
    const content = mediaFile('mp3', ...tone(1, 0));
    const { fileId, waveform } = await sent(ann, content);
    expect(Math.max(...waveform)).toBe(0);
    expect((await played(ann, fileId)).content.equals(content)).toBe(true);
  });

  it('§4: an MP4 that says at its end what is in it is audio, if it has nothing else', async () => {
    if (!hasFfmpeg) return;
    const content = mediaFile('mp4', '-f', 'lavfi', '-i', 'anoisesrc=duration=4', '-c:a', 'aac', '-b:a', '320k');
    expect(content.indexOf('moov')).toBeGreaterThan(65_536);
    expect(await sent(ann, content)).toMatchObject({ fileType: 'audio/mp4', waveform: expect.any(Array) });
  });

  it('attack 44: what is broken is a file like any other, and nothing is left of the attempt', async () => {
    if (!hasFfmpeg) return;
    const content = aVideo().subarray(0, -600);
    const file = await sent(ann, content);
    expect(file.fileType).toBe('video/mp4');
    for (const key of ['width', 'durationMs', 'waveform', 'placeholder']) expect(file).not.toHaveProperty(key);
    expect((await download(ann, `${file.fileId}/thumbnail`)).status).toBe(404);
    expect((await played(ann, file.fileId)).content.equals(content)).toBe(true);
    expect(readdirSync(join(dirname(node.filesDirectory), 'media'))).toEqual([]);
  });
});

describe('videos and audio, where it is not', () => {
  let node: TestNode;
  let ann: Person;
  beforeAll(async () => {
    node = await startNode();
    ann = await aPerson(node);
  });
  afterAll(() => node.close());

  it('§4: they are handed out as they come, and the log says so when the node starts', async () => {
    expect(node.logs.map(({ msg }) => msg)).toContain(
      'videos and audio are handed out as they come: there are no ffmpeg and ffprobe on PATH',
    );
    if (!hasFfmpeg) return;
    const content = RECORDED.Chromium?.() ?? Buffer.alloc(0);
    const file = await sent(ann, content);
    expect(file.fileType).toBe('audio/webm');
    for (const key of ['durationMs', 'waveform']) expect(file).not.toHaveProperty(key);
    const answer = await played(ann, file.fileId);
    expect([answer.headers.get('content-type'), answer.content.equals(content)]).toEqual(['audio/webm', true]);
    expect((await download(ann, `${file.fileId}/thumbnail`)).status).toBe(404);
    // It is looked at once the programs are there.
    expect(node.logs.map(({ msg }) => msg)).not.toContain('nothing can be shown of a file');
  });
});
