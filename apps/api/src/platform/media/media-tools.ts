import { basename, dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { outputOf, type ProgramLimits } from './limited-program.js';
import { type MediaFacts, mediaFacts, type ProbeAnswer } from './media-facts.js';
import { THUMBNAIL_SIZES } from './media-job.js';
import type { MediaPrograms } from './media-programs.js';
import { clockMsFor } from './process-usage.js';
import { SAMPLES_PER_SECOND, WaveformMeter } from './waveform-meter.js';

/** How an audio is shown. */
export interface MeasuredAudio {
  durationMs: number;
  /** At most 64 numbers from 0 to 100, each of them how loud a stretch of equal length is. */
  waveform: number[];
}

const MEBIBYTE = 1_048_576;
const within = (ms: number) => ({ ms, clockMs: clockMsFor(ms) });
const LIMITS: ProgramLimits = { ...within(20_000), memoryBytes: 2_048 * MEBIBYTE, outputBytes: MEBIBYTE };
/** All of the audio is read. */
const OF_AUDIO = within(40_000);
/** Twelve hours. */
const MOST_SAMPLE_BYTES = 12 * 3_600 * SAMPLES_PER_SECOND * 2;
/** Of the longer side: the largest thumbnail is made of it. */
export const [, POSTER_PIXELS] = THUMBNAIL_SIZES;
const MOST_POSTER_BYTES = 16 * MEBIBYTE;
/** Of a frame; those of 8K are 33 million. */
const MOST_FRAME_PIXELS = 36_000_000;
/** Beginnings are often black. */
const POSTER_AT_MS = 1_000;

/**
 * What people's devices write, and what reads nothing but its own bytes: playlists, lists of parts and descriptions of streams
 * name other files and addresses.
 */
const FORMATS = 'matroska,webm,ogg,mov,mp4,mp3,wav,flac,aac';
const CODECS = [
  'h264,hevc,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,h263,theora,mjpeg,png',
  'aac,mp3,mp3float,opus,libopus,vorbis,libvorbis,flac,alac,amrnb,amrwb',
  'pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,pcm_f32le,pcm_alaw,pcm_mulaw',
].join(',');
const READ = [
  ...['-v', 'error', '-hide_banner', '-protocol_whitelist', 'file'],
  ...['-format_whitelist', FORMATS, '-codec_whitelist', CODECS],
];
const SCALED = [
  // Square pixels first, so that proportions are those that are shown.
  'scale=iw*sar:ih,setsar=1',
  `scale=w='min(iw,${POSTER_PIXELS})':h='min(ih,${POSTER_PIXELS})':force_original_aspect_ratio=decrease`,
].join(',');

/** Looks into one video or audio, by programs that run in processes of their own. */
export class MediaTools {
  private readonly folder: string;
  private readonly source: string;

  constructor(
    private readonly programs: MediaPrograms,
    input: string,
  ) {
    this.folder = dirname(input);
    this.source = `file:${basename(input)}`;
  }

  /** What there is in the file. @throws {ProgramFault} where it is nothing that is read here. */
  async facts(): Promise<MediaFacts> {
    const entries = [
      'format=duration',
      'stream=codec_type,codec_name,width,height,sample_aspect_ratio,channels',
      'stream_disposition=attached_pic:stream_side_data=rotation:stream_tags=rotate',
    ];
    const args = [...READ, '-of', 'json', '-show_entries', entries.join(':'), this.source];
    const answer = await buffer(outputOf({ program: this.programs.ffprobe, args, folder: this.folder }, LIMITS));
    return mediaFacts(JSON.parse(answer.toString('utf8')) as ProbeAnswer);
  }

  /** A picture of the video, as PNG and not larger than it has to be; null where there is none. */
  async poster({ video, durationMs }: MediaFacts): Promise<Buffer | null> {
    if (!video || video.width * video.height > MOST_FRAME_PIXELS) return null;
    const at = Math.min(POSTER_AT_MS, Math.floor((durationMs ?? 0) / 2));
    const found = await this.frame(at);
    // Where it is shorter than it says.
    return found.length > 0 || at === 0 ? orNull(found) : orNull(await this.frame(0));
  }

  /** All of it is read, since recordings do not always say how long they are. */
  async measure(): Promise<MeasuredAudio> {
    const meter = new WaveformMeter();
    const output = ['-map', '0:a:0', '-ac', '1', '-ar', String(SAMPLES_PER_SECOND), '-f', 's16le'];
    const limits = { ...OF_AUDIO, outputBytes: MOST_SAMPLE_BYTES };
    for await (const part of this.convert(output, limits)) meter.add(part);
    return { durationMs: meter.durationMs, waveform: meter.peaks() };
  }

  /** The audio as MP3, which all browsers play. @throws {ProgramFault} at its end too: it is whole only then. */
  playable({ audio }: MediaFacts, mostBytes: number): AsyncGenerator<Buffer> {
    const [channels, rate] = audio?.channels === 1 ? ['1', '64k'] : ['2', '128k'];
    const encoder = ['-c:a', 'libmp3lame', '-b:a', rate, '-ac', channels, '-ar', '48000'];
    // A constant rate, of which its length follows: nothing is written to its beginning afterwards.
    const format = ['-map_metadata', '-1', '-f', 'mp3', '-write_xing', '0', '-id3v2_version', '0'];
    return this.convert(['-map', '0:a:0', ...encoder, ...format], { ...OF_AUDIO, outputBytes: mostBytes });
  }

  private frame(atMs: number): Promise<Buffer> {
    const output = ['-map', '0:v:0', '-frames:v', '1', '-vf', SCALED, '-c:v', 'png', '-f', 'image2pipe'];
    const from = atMs > 0 ? ['-ss', String(atMs / 1_000)] : [];
    return buffer(this.convert(output, { outputBytes: MOST_POSTER_BYTES }, from));
  }

  private convert(output: readonly string[], limits: Partial<ProgramLimits>, from: readonly string[] = []) {
    const single = ['-threads', '1'];
    const source = [...READ, '-nostdin', '-filter_threads', '1', ...single, ...from, '-i', this.source];
    const args = [...source, ...output, ...single, 'pipe:1'];
    return outputOf({ program: this.programs.ffmpeg, args, folder: this.folder }, { ...LIMITS, ...limits });
  }
}

const orNull = (content: Buffer): Buffer | null => (content.length > 0 ? content : null);
