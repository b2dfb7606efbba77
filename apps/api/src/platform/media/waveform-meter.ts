/** Of the samples that are given to the meter: mono, of 16 bits, little-endian. */
export const SAMPLES_PER_SECOND = 8_000;
/** Of a waveform. */
const MOST_PEAKS = 64;
/** Of a hundredth of a second each, until there are as many. */
const MOST_STRETCHES = 4_096;
const FIRST_STRETCH = SAMPLES_PER_SECOND / 100;
const LOUDEST = 32_767;

/** How loud an audio is over its time, and how long; in memory that does not grow with that. */
export class WaveformMeter {
  private stretches: number[] = [];
  private samplesPerStretch = FIRST_STRETCH;
  private samples = 0;
  /** Half a sample, where one was cut in two. */
  private rest: Buffer = Buffer.alloc(0);

  get durationMs(): number {
    return Math.round((this.samples / SAMPLES_PER_SECOND) * 1_000);
  }

  add(part: Buffer): void {
    const whole = this.rest.length > 0 ? Buffer.concat([this.rest, part]) : part;
    const end = whole.length - (whole.length % 2);
    for (let at = 0; at < end; at += 2) this.addSample(Math.abs(whole.readInt16LE(at)));
    this.rest = whole.subarray(end);
  }

  /** The loudest of each stretch, from 0 to 100: at most 64 of equal length. */
  peaks(): number[] {
    const { length } = this.stretches;
    const count = Math.min(MOST_PEAKS, length);
    return Array.from({ length: count }, (_, i) => {
      const [from, to] = [Math.floor((i * length) / count), Math.floor(((i + 1) * length) / count)];
      return Math.min(100, Math.round((Math.max(...this.stretches.slice(from, to)) / LOUDEST) * 100));
    });
  }

  private addSample(loudness: number): void {
    const place = Math.floor(this.samples / this.samplesPerStretch);
    if (place === MOST_STRETCHES) this.mergePairs();
    const at = Math.floor(this.samples / this.samplesPerStretch);
    this.stretches[at] = Math.max(this.stretches[at] ?? 0, loudness);
    this.samples += 1;
  }

  private mergePairs(): void {
    this.stretches = this.stretches.flatMap((peak, i) =>
      i % 2 === 0 ? Math.max(peak, this.stretches[i + 1] ?? 0) : [],
    );
    this.samplesPerStretch *= 2;
  }
}
