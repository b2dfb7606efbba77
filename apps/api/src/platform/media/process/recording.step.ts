import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { MediaFacts } from '../media-facts.js';
import type { MediaJob, MediaResult, Rendition } from '../media-job.js';
import { MediaTools, POSTER_PIXELS } from '../media-tools.js';
import { ProgramFault } from '../program-fault.js';
import { freeDoubledHeaders } from './doubled-headers.js';
import { lookAtPicture } from './picture.step.js';

/** Every browser of today plays these, wherever they stand. */
const PLAYED_EVERYWHERE = /^(?:mp3|flac|pcm_[us](?:8|16le))$/;
/** Of audio that is made playable; what is longer is handed out as it is. */
const MOST_PLAYABLE_MS = 3_600_000;
const MOST_PLAYABLE_BYTES = 64 * 1_048_576;

/** A video is shown by a picture of it, an audio by its waveform; @throws where it can be played by nobody. */
export async function lookAtRecording(job: MediaJob): Promise<MediaResult> {
  if (!job.programs) throw new Error('There are no programs to look at it with.');
  if (job.mediaType.endsWith('/mp4')) await freeDoubledHeaders(job.input);
  const tools = new MediaTools(job.programs, job.input);
  const facts = await withRepeat(() => tools.facts());
  if (facts.video) return lookAtVideo(job, tools, facts);
  if (!facts.audio) throw new Error('It has neither pictures nor sound.');
  return { ...(await lookAtAudio(job, tools, facts)), isAudio: true };
}

async function lookAtVideo({ folder, programs }: MediaJob, tools: MediaTools, facts: MediaFacts): Promise<MediaResult> {
  const poster = await withRepeat(() => tools.poster(facts));
  if (!poster) throw new Error('None of its pictures can be shown.');
  const input = join(folder, 'poster.png');
  await writeFile(input, poster);
  const { details, renditions } = await lookAtPicture({
    kind: 'picture',
    mediaType: 'image/png',
    input,
    folder,
    programs,
  });
  // Which thumbnails there are follows from the size, so it is that of the poster unless that was made smaller.
  const isReduced = Math.max(details.width ?? 0, details.height ?? 0) >= POSTER_PIXELS;
  // Recordings of browsers may not say it.
  const durationMs =
    facts.durationMs ?? (facts.audio ? (await withRepeat(() => tools.measure())).durationMs : undefined);
  return { details: { ...details, ...(isReduced && facts.video), durationMs }, renditions };
}

async function lookAtAudio({ folder }: MediaJob, tools: MediaTools, facts: MediaFacts): Promise<MediaResult> {
  const details = await withRepeat(() => tools.measure());
  const isPlayed = PLAYED_EVERYWHERE.test(facts.audio?.codec ?? '');
  if (isPlayed || details.durationMs > MOST_PLAYABLE_MS) return { details, renditions: [] };
  const playable: Rendition = { name: 'playable', mediaType: 'audio/mpeg', file: 'playable.mp3' };
  try {
    await withRepeat(() =>
      pipeline(tools.playable(facts, MOST_PLAYABLE_BYTES), createWriteStream(join(folder, playable.file))),
    );
  } catch (fault) {
    // It is handed out as it is.
    if (!(fault instanceof ProgramFault)) throw fault;
    return { details, renditions: [] };
  }
  return { details, renditions: [playable] };
}

/** Once more where somebody else has killed the program, which may be nothing that the recording did. */
async function withRepeat<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    if (!(fault instanceof ProgramFault && fault.reason === 'died')) throw fault;
  }
  return work();
}
