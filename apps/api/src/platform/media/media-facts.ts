/** What is in a video or an audio. */
export interface MediaFacts {
  /** In pixels, as it is shown. Covers of albums are no video. */
  video: { width: number; height: number } | null;
  audio: { codec: string; channels: number } | null;
  /** As it says itself. */
  durationMs: number | null;
}

/** What ffprobe answers; any of it may be missing. */
export interface ProbeAnswer {
  format?: { duration?: string };
  streams?: ProbedStream[];
}

interface ProbedStream {
  codec_type?: string;
  codec_name?: string;
  width?: number;
  height?: number;
  sample_aspect_ratio?: string;
  channels?: number;
  disposition?: { attached_pic?: number };
  side_data_list?: { rotation?: number }[];
  /** Older releases. */
  tags?: { rotate?: string };
}

export function mediaFacts({ format, streams = [] }: ProbeAnswer): MediaFacts {
  const video = streams.find((each) => each.codec_type === 'video' && !each.disposition?.attached_pic);
  const audio = streams.find((each) => each.codec_type === 'audio');
  const seconds = Number(format?.duration);
  return {
    video: video ? shownSize(video) : null,
    audio: audio ? { codec: audio.codec_name ?? '', channels: audio.channels ?? 2 } : null,
    durationMs: seconds > 0 ? Math.round(seconds * 1_000) : null,
  };
}

function shownSize(stream: ProbedStream): MediaFacts['video'] {
  const { width = 0, height = 0 } = stream;
  if (width <= 0 || height <= 0) return null;
  const [across = 1, down = 1] = (stream.sample_aspect_ratio ?? '').split(':').map(Number);
  const wide = across > 0 && down > 0 ? Math.max(1, Math.round((width * across) / down)) : width;
  const rotation = stream.side_data_list?.find((each) => each.rotation !== undefined)?.rotation;
  const isTurned = Math.abs(rotation ?? Number(stream.tags?.rotate ?? 0)) % 180 === 90;
  return isTurned ? { width: height, height: wide } : { width: wide, height };
}
