import { type RefObject, useEffect, useRef } from 'react';
import type { LoadedLink } from './use-file-link.js';

let playing: HTMLMediaElement | null = null;

export interface Resumed<Player extends HTMLMediaElement> {
  player: RefObject<Player | null>;
  onPlay: () => void;
  onError: () => void;
}

/** What has played so much further since it last failed has not failed for good. Seconds. */
const FURTHER = 1;

/**
 * For a player whose link may expire while it plays, again and again: where the next link arrives, it goes on at the same
 * place. One player plays at a time.
 */
export function useResumed<Player extends HTMLMediaElement>({ url, onError, retry }: LoadedLink): Resumed<Player> {
  const player = useRef<Player>(null);
  const left = useRef<{ at: number; isPlaying: boolean } | null>(null);
  const failedAt = useRef(0);
  useEffect(() => {
    const element = player.current;
    const from = left.current;
    if (element === null || url === null || from === null) return;
    left.current = null;
    element.currentTime = from.at;
    // A browser may want a click first.
    if (from.isPlaying) element.play().catch(() => undefined);
  }, [url]);
  return {
    player,
    onPlay: () => {
      if (playing !== player.current) playing?.pause();
      playing = player.current;
    },
    onError: () => {
      const element = player.current;
      if (element === null || url === null) return;
      const at = element.currentTime;
      left.current = { at, isPlaying: !element.paused };
      const isFurther = Math.abs(at - failedAt.current) > FURTHER;
      failedAt.current = at;
      if (isFurther) retry();
      else onError();
    },
  };
}
