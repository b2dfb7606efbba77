import { firstOfBurst } from './burst.js';

/** One for all messages within this time. */
const BURST_MS = 2_000;
const SECONDS = 0.25;

const isFirst = firstOfBurst(BURST_MS);
let context: AudioContext | null = null;

/**
 * Two quiet notes. Browsers play nothing before the page was clicked in: what was made before stays silent, and has all its
 * notes at once where it is let play after all.
 */
export function chime(): void {
  if (!navigator.userActivation.hasBeenActive || !isFirst(performance.now())) return;
  context ??= new AudioContext();
  // The system may have stopped it, as for a call.
  if (context.state !== 'running') void context.resume().catch(() => undefined);
  const at = context.currentTime;
  note(context, 660, at);
  note(context, 880, at + SECONDS / 2);
}

function note(audio: AudioContext, hertz: number, at: number): void {
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0.08, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + SECONDS);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + SECONDS);
}
