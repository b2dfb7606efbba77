import { type AttachedFile, durationWords, isVoice } from '@parley/protocol';
import { Pause, Play } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../ui/button.js';
import { useRowFocus } from '../../ui/use-row-focus.js';
import { MediaFailure } from './media-failure.js';
import { useFileLink } from './use-file-link.js';
import { useResumed } from './use-resumed.js';
import { Waveform } from './waveform.js';

const SPEEDS = [1, 1.5, 2] as const;
const SECOND_MS = 1_000;

interface AudioPlayerProps {
  file: AttachedFile;
  tabStop: boolean;
}

/** A voice message or a piece of sound: played, sought in and sped up; the browser's own controls where its length is unknown. */
export function AudioPlayer({ file, tabStop }: AudioPlayerProps) {
  const link = useFileLink(file);
  const { url, isFailed, retry } = link;
  const { player, ...media } = useResumed<HTMLAudioElement>(link);
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const { durationMs } = file;
  if (isFailed) return <MediaFailure file={file} tabStop={tabStop} onRetry={retry} />;
  return (
    <div className="file-tile file-audio" data-testid="audio" data-playing={isPlaying || undefined}>
      {durationMs === undefined ? null : (
        <PlayButton
          name={nameOf(file)}
          isPlaying={isPlaying}
          isReady={url !== null}
          tabStop={tabStop}
          onClick={() => toggle(player.current)}
        />
      )}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- what people send has none */}
      <audio
        ref={player}
        src={url ? `${url}&playable=true` : undefined}
        preload="none"
        controls={durationMs === undefined}
        tabIndex={tabStop && durationMs === undefined ? 0 : -1}
        aria-label={nameOf(file)}
        className="min-w-0 flex-1"
        onPlay={() => {
          media.onPlay();
          setPlaying(true);
        }}
        onPause={() => setPlaying(false)}
        onEnded={() => setAt(0)}
        onError={media.onError}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime * SECOND_MS)}
      />
      {durationMs === undefined ? null : (
        <Track
          file={file}
          at={at}
          durationMs={durationMs}
          tabStop={tabStop}
          onSeek={(to) => {
            setAt(to);
            if (player.current) player.current.currentTime = to / SECOND_MS;
          }}
        />
      )}
      <Speed
        tabStop={tabStop}
        onChoose={(rate) => {
          if (!player.current) return;
          // The default outlives a new link.
          player.current.defaultPlaybackRate = rate;
          player.current.playbackRate = rate;
        }}
      />
    </div>
  );
}

interface PlayButtonProps {
  name: string;
  isPlaying: boolean;
  isReady: boolean;
  tabStop: boolean;
  onClick: () => void;
}

function PlayButton({ name, isPlaying, isReady, tabStop, onClick }: PlayButtonProps) {
  return (
    <IconButton
      ref={useRowFocus()}
      label={`${isPlaying ? 'Pause' : 'Play'} ${name}`}
      tabIndex={tabStop ? 0 : -1}
      // A link may end while the button has the focus, which disabling would take away.
      aria-disabled={!isReady}
      onClick={() => isReady && onClick()}
    >
      {isPlaying ? <Pause size={18} strokeWidth={1.6} /> : <Play size={18} strokeWidth={1.6} />}
    </IconButton>
  );
}

interface TrackProps extends AudioPlayerProps {
  at: number;
  durationMs: number;
  onSeek: (ms: number) => void;
}

/** How far it is played: a range over the waveform, and the time in words. */
function Track({ file, at, durationMs, tabStop, onSeek }: TrackProps) {
  const played = Math.min(at, durationMs);
  return (
    <>
      <span className="file-track">
        <Waveform peaks={file.waveform} share={durationMs > 0 ? played / durationMs : 0} />
        <input
          type="range"
          min={0}
          max={Math.max(1, durationMs)}
          step={100}
          value={played}
          aria-label={`Position in ${nameOf(file)}`}
          aria-valuetext={`${durationWords(played)} of ${durationWords(durationMs)}`}
          tabIndex={tabStop ? 0 : -1}
          onChange={(event) => onSeek(Number(event.currentTarget.value))}
        />
      </span>
      <span className="flex-none text-meta text-ink-2 tabular-nums">{durationWords(at > 0 ? played : durationMs)}</span>
    </>
  );
}

function Speed({ tabStop, onChoose }: { tabStop: boolean; onChoose: (rate: number) => void }) {
  const [at, setAt] = useState(0);
  const words = `${SPEEDS[at]}×`;
  return (
    <button
      type="button"
      className="file-speed"
      aria-label={`Speed ${words}`}
      tabIndex={tabStop ? 0 : -1}
      onClick={() => {
        const next = (at + 1) % SPEEDS.length;
        setAt(next);
        onChoose(SPEEDS[next] ?? 1);
      }}
    >
      {words}
    </button>
  );
}

function toggle(player: HTMLAudioElement | null): void {
  if (player?.paused) player.play().catch(() => undefined);
  else player?.pause();
}

function nameOf(file: AttachedFile): string {
  return isVoice(file) ? 'voice message' : file.fileName;
}
