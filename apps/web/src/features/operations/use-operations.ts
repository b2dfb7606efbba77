import type { ParleyClient } from '@parley/client';
import type { OperationsStatus } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useEffect, useState } from 'react';
import { isFinal, sentenceFor } from '../../api/sentences.js';
import { type Look, type Sample, sampleOf } from './samples.js';

const PERIOD_MS = 3_000;
/** Of a quarter of an hour. */
const MOST_SAMPLES = 300;

interface Watched {
  /** The latest two looks. */
  now: Look | null;
  before: Look | null;
  /** From when the page was opened, at most a quarter of an hour. */
  samples: readonly Sample[];
  /** Why the latest look failed. */
  error: string | null;
}

const NOTHING: Watched = { now: null, before: null, samples: [], error: null };

/** Looks at all nodes every few seconds, while the page can be seen. */
export function useOperations(): Watched {
  const client = useChatClient();
  const [watched, setWatched] = useState(NOTHING);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = async () => {
      const change = document.hidden ? null : await changeBy(client);
      if (isOver) return;
      if (change) setWatched(change.apply);
      if (!change?.isFinal) timer = setTimeout(() => void look(), PERIOD_MS);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [client]);
  return watched;
}

interface Change {
  apply: (watched: Watched) => Watched;
  /** Another look would fail, too. */
  isFinal: boolean;
}

async function changeBy(client: ParleyClient): Promise<Change> {
  try {
    const status = await client.request<OperationsStatus>('GET', 'operations');
    const now = { at: Date.now(), ticks: performance.now(), status };
    return { apply: (watched) => lookedAt(watched, now), isFinal: false };
  } catch (thrown) {
    return { apply: (watched) => ({ ...watched, error: sentenceFor(thrown) }), isFinal: isFinal(thrown) };
  }
}

function lookedAt({ now: before, samples }: Watched, now: Look): Watched {
  const all = before ? [...samples, sampleOf(before, now)].slice(-MOST_SAMPLES) : samples;
  return { now, before, samples: all, error: null };
}
