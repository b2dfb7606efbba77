import { useEffect, useMemo, useRef, useState } from 'react';
import { announce } from '../../../ui/announcements.js';
import { type LevelMeter, measureLevel } from './level-meter.js';
import { refusalOf } from './recording-refusals.js';
import { voiceFile } from './voice-file.js';
import { VoiceRecorder } from './voice-recorder.js';

type RecordingPhase = 'asking' | 'recording' | 'ended';

interface Options {
  mostBytes: number;
  onRefused: (sentence: string) => void;
  /** The recording goes on elsewhere: its conversation was left before it was sent. */
  onLeft: (file: File) => void;
}

export interface Recording {
  phase: RecordingPhase;
  /** How long it has gone on, up to its end. */
  elapsed: () => number;
  meter: LevelMeter | null;
  /** Ends it; null where nothing was recorded. */
  finish: () => Promise<File | null>;
  cancel: () => void;
}

/** Records from when the caller is shown first. */
export function useRecording({ mostBytes, onRefused, onLeft }: Options): Recording {
  const [phase, setPhase] = useState<RecordingPhase>('asking');
  const [meter, setMeter] = useState<LevelMeter | null>(null);
  const session = useRef<Session | null>(null);
  const options = useRef({ onRefused, onLeft });
  useEffect(() => {
    options.current = { onRefused, onLeft };
  });
  useEffect(() => {
    const begun = new Session(mostBytes);
    session.current = begun;
    begun.onEnded = () => {
      setPhase('ended');
      announce('The recording has ended. It can be sent.');
    };
    begun.start().then(
      (stream) => {
        if (!stream) return;
        setPhase('recording');
        setMeter(matchMedia('(prefers-reduced-motion: reduce)').matches ? null : measureLevel(stream));
        announce('Recording');
      },
      (fault: unknown) => options.current.onRefused(refusalOf(fault)),
    );
    // Nobody has said what shall become of it: it is kept.
    return () => void begun.finish().then((file) => file && options.current.onLeft(file));
  }, [mostBytes]);
  useEffect(() => () => meter?.close(), [meter]);
  const commands = useMemo(
    () => ({
      elapsed: () => session.current?.elapsed() ?? 0,
      finish: async () => (await session.current?.finish()) ?? null,
      cancel: () => session.current?.cancel(),
    }),
    [],
  );
  return { phase, meter, ...commands };
}

/** One recording, whatever moment it is left at. */
class Session {
  onEnded: () => void = () => undefined;
  #recorder: VoiceRecorder | null = null;
  #isOver = false;
  #startedAt = 0;
  #endedAt = 0;

  constructor(private readonly mostBytes: number) {}

  /** Null where it was left before the microphone was there. */
  async start(): Promise<MediaStream | null> {
    const onEnded = () => {
      this.#endedAt = Date.now();
      this.onEnded();
    };
    try {
      const recorder = await VoiceRecorder.begin({ mostBytes: this.mostBytes, onEnded });
      if (this.#isOver) {
        recorder.cancel();
        return null;
      }
      this.#recorder = recorder;
      this.#startedAt = Date.now();
      return recorder.stream;
    } catch (fault) {
      if (this.#isOver) return null;
      throw fault;
    }
  }

  elapsed(): number {
    return this.#startedAt === 0 ? 0 : (this.#endedAt || Date.now()) - this.#startedAt;
  }

  async finish(): Promise<File | null> {
    if (this.#isOver) return null;
    this.#isOver = true;
    const recording = await this.#recorder?.stop();
    return recording ? voiceFile(recording, new Date()) : null;
  }

  cancel(): void {
    this.#isOver = true;
    this.#recorder?.cancel();
  }
}
