/** How loud it is, for a waveform while recording. */

/** Speech at arm's length fills most of it. */
const GAIN = 3;
const SILENCE = 128;

/** Of a stretch of sound as an analyser gives it: from 0 to 1. */
export function levelOf(samples: Uint8Array): number {
  let sum = 0;
  for (const sample of samples) sum += ((sample - SILENCE) / SILENCE) ** 2;
  return samples.length === 0 ? 0 : Math.min(1, Math.sqrt(sum / samples.length) * GAIN);
}

export interface LevelMeter {
  read: () => number;
  close: () => void;
}

/** Null in a browser that has no sound to measure with: there is no waveform then. */
export function measureLevel(stream: MediaStream): LevelMeter | null {
  try {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Uint8Array(analyser.fftSize);
    return {
      read: () => {
        analyser.getByteTimeDomainData(samples);
        return levelOf(samples);
      },
      close: () => void context.close().catch(() => undefined),
    };
  } catch {
    return null;
  }
}
