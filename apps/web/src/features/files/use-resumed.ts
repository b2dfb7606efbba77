import { type RefObject, useEffect, useRef } from 'react';

let playing: HTMLMediaElement | null = null;

export interface Resumed<Player extends HTMLMediaElement> {
  player: RefObject<Player | null>;
  onPlay: () => void;
  onError: () => void;
}

/**
 * For a player whose link may expire while it plays: where the next link arrives, it goes on at the same place. One
 * player plays at a time.
 */
export function useResumed<Player extends HTMLMediaElement>(url: string | null, onError: () => void): Resumed<Player> {
  const player = useRef<Player>(null);
  const left = useRef<{ at: number; isPlaying: boolean } | null>(null);
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
      left.current = { at: element.currentTime, isPlaying: !element.paused };
      onError();
    },
  };
}
