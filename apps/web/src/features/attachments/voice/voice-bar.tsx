import { durationWords } from '@parley/protocol';
import { SendHorizontal, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { announce } from '../../../ui/announcements.js';
import { Button, IconButton } from '../../../ui/button.js';
import { type Recording, useRecording } from './use-recording.js';

interface VoiceBarProps {
  mostBytes: number;
  onSend: (file: File) => void;
  /** What was recorded when the conversation was left. */
  onLeft: (file: File) => void;
  /** It is over, sent or not; with a sentence where it could not be made. */
  onClose: (refusal?: string) => void;
}

const TICK_MS = 100;
/** Bars of the waveform: those of the last four seconds. */
const BARS = 40;

/** In the place of the composer while a voice message is recorded. */
export default function VoiceBar({ mostBytes, onSend, onLeft, onClose }: VoiceBarProps) {
  const recording = useRecording({ mostBytes, onRefused: onClose, onLeft });
  const { phase, elapsed, finish, cancel } = recording;
  const send = useRef<HTMLButtonElement>(null);
  const isOver = useRef(false);
  useEffect(() => send.current?.focus(), []);
  async function finishNow() {
    // The end of a recording takes a moment, in which a second click may come.
    if (phase === 'asking' || isOver.current) return;
    isOver.current = true;
    const file = await finish();
    if (file) onSend(file);
    onClose(file ? undefined : 'Nothing was recorded. Try again.');
  }
  return (
    <fieldset aria-label="Voice message" className="flex items-center gap-2 py-1.5 ps-1.5 pe-1.5">
      <IconButton
        label="Discard the recording"
        className="size-8 max-[720px]:size-9"
        onClick={() => {
          cancel();
          announce('Recording discarded');
          onClose();
        }}
      >
        <Trash2 size={17} strokeWidth={1.6} />
      </IconButton>
      <Progress phase={phase} elapsed={elapsed} meter={recording.meter} />
      <Button
        kind="primary"
        ref={send}
        aria-label="Send the voice message"
        aria-disabled={phase === 'asking' || undefined}
        onClick={() => void finishNow()}
        className="h-8 px-3 max-[720px]:h-9"
      >
        <SendHorizontal size={16} strokeWidth={1.8} />
      </Button>
    </fieldset>
  );
}

function Progress({ phase, elapsed, meter }: Pick<Recording, 'phase' | 'elapsed' | 'meter'>) {
  const [shown, setShown] = useState({ ms: 0, levels: [] as readonly number[] });
  useEffect(() => {
    if (phase !== 'recording') return;
    const timer = setInterval(
      () =>
        setShown(({ levels }) => ({
          ms: elapsed(),
          levels: meter ? [...levels, meter.read()].slice(-BARS) : levels,
        })),
      TICK_MS,
    );
    return () => clearInterval(timer);
  }, [phase, elapsed, meter]);
  if (phase === 'asking') return <p className="flex-1 text-second text-ink-2">Waiting for the microphone…</p>;
  return (
    <>
      <span className="recording-light" data-ended={phase === 'ended' || undefined} aria-hidden="true" />
      <span role="timer" aria-label="Length" data-testid="recording-time" className="text-second tabular-nums">
        {durationWords(shown.ms)}
      </span>
      {phase === 'ended' ? (
        <span className="flex-1 truncate text-second text-ink-2">The recording has ended.</span>
      ) : (
        <Waveform levels={shown.levels} />
      )}
    </>
  );
}

function Waveform({ levels }: { levels: readonly number[] }) {
  return (
    <span className="waveform" aria-hidden="true">
      {levels.map((level, index) => (
        // Bars have no identity of their own: each takes over the height of the one beside it.
        <span key={index} style={{ height: `${Math.round(12 + level * 88)}%` }} />
      ))}
    </span>
  );
}
