const LOUDEST = 100;
const LEAST = 8;
/** Drawn for a recording of which only the length is known. */
const FLAT = Array.from({ length: 32 }, () => 0);

interface WaveformProps {
  /** Each 0 to 100. */
  peaks: readonly number[] | undefined;
  /** How much of it is played: 0 to 1. */
  share: number;
}

/** How loud a recording is from beginning to end. */
export function Waveform({ peaks = FLAT, share }: WaveformProps) {
  return (
    <span className="file-waveform" aria-hidden="true">
      {peaks.map((peak, index) => (
        <i
          key={index}
          data-played={index < share * peaks.length || undefined}
          style={{ height: `${Math.max(LEAST, Math.min(LOUDEST, peak))}%` }}
        />
      ))}
    </span>
  );
}
