import type { AttachedFile } from '@parley/protocol';
import { useChatClient, useConnection } from '@parley/react';
import { useCallback, useEffect, useState } from 'react';
import { attemptsFor, type Thumbnail } from './link-attempts.js';

export interface LoadedLink {
  /** Null while it is asked for, and once everything failed. */
  url: string | null;
  isFailed: boolean;
  /** To be called when what is at `url` could not be loaded: the next address is tried. */
  onError: () => void;
  /** Begins again, with a fresh link. */
  retry: () => void;
}

interface State {
  /** How often it was begun. */
  round: number;
  /** Which of the attempts is made. */
  step: number;
  url: string | null;
}

const BEGINNING: State = { round: 0, step: 0, url: null };

const stepped = (now: State): State => ({ ...now, step: now.step + 1, url: null });
const nameOf = ({ round, step }: State): string => `${round} ${step}`;

/** A link to a file, or to a thumbnail of it, for an element that loads it; begun again with each new connection. */
export function useFileLink(file: AttachedFile, thumbnail?: Thumbnail): LoadedLink {
  const client = useChatClient();
  const [state, setState] = useState(BEGINNING);
  const { fileId } = file;
  const attempts = attemptsFor(file, thumbnail);
  const isFailed = state.step >= attempts.length;
  const attempt = attempts[state.step];
  const wanted = attempt?.thumbnail;
  const isFresh = attempt?.isFresh === true || state.round > 0;
  // Attempts may look alike, and each asks by itself.
  const name = nameOf(state);
  const onError = useCallback(() => setState(stepped), []);
  const retry = useCallback(() => setState((now) => ({ round: now.round + 1, step: 0, url: null })), []);
  useEffect(() => {
    if (isFailed) return;
    client.fileUrl(fileId, { thumbnail: wanted, isFresh }).then(
      (url) => setState((now) => (nameOf(now) === name ? { ...now, url } : now)),
      () => setState((now) => (nameOf(now) === name ? stepped(now) : now)),
    );
  }, [client, fileId, wanted, isFresh, isFailed, name]);
  useRetriedOnline(isFailed, retry);
  return { url: isFailed ? null : state.url, isFailed, onError, retry };
}

/** What failed while there was no connection is tried again with the next one. */
function useRetriedOnline(isFailed: boolean, retry: () => void): void {
  const { state, since } = useConnection();
  const [failedSince, setFailedSince] = useState<typeof since | null>(null);
  if (isFailed && failedSince === null) setFailedSince(since);
  if (!isFailed && failedSince !== null) setFailedSince(null);
  const isBack = failedSince !== null && state === 'online' && since !== failedSince;
  useEffect(() => {
    if (isBack) retry();
  }, [isBack, retry]);
}
