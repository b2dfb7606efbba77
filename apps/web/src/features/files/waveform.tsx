import { barsOf } from './waveform-bars.js';

interface WaveformProps {
  /** Each 0 to 100. */
  peaks: readonly number[] | undefined;
  /** How much of it is played: 0 to 1. */
  share: number;
}

/** How loud a recording is from beginning to end. */
export function Waveform({ peaks, share }: WaveformProps) {
  const bars = barsOf(peaks);
  return (
    <span className="file-waveform" aria-hidden="true">
      {bars.map((height, index) => (
        <i key={index} data-played={index < share * bars.length || undefined} style={{ height: `${height}%` }} />
      ))}
    </span>
  );
}
