import type { FileUrlOptions, SdkError } from '@parley/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useChatClient } from './chat-provider.js';

export interface FileUrl {
  /** Null until it is known. */
  url: string | null;
  /** Why it is not. */
  error: SdkError | null;
  /** For a picture or player that could not load: its link may have ended. */
  renew: () => void;
}

const UNKNOWN = { key: '', url: null, error: null };

/**
 * Where a page finds a file, a smaller picture of it, or the picture at somebody's `avatarUrl`. It stays the same, so that nothing is
 * loaded twice.
 */
export function useFileUrl(fileId: string | null, { thumbnail }: Pick<FileUrlOptions, 'thumbnail'> = {}): FileUrl {
  const client = useChatClient();
  const [known, setKnown] = useState<{ key: string } & Omit<FileUrl, 'renew'>>(UNKNOWN);
  const key = `${fileId} ${thumbnail}`;
  const wanted = useRef(key);
  const ask = useCallback(
    (isFresh: boolean) => {
      wanted.current = key;
      if (fileId === null) return;
      // An answer may come after that to a later question.
      const set = (url: string | null, error: SdkError | null) => {
        if (wanted.current === key) setKnown({ key, url, error });
      };
      client.fileUrl(fileId, { thumbnail, isFresh }).then(
        (url) => set(url, null),
        (error: SdkError) => set(null, error),
      );
    },
    [client, fileId, thumbnail, key],
  );
  useEffect(() => ask(false), [ask]);
  const renew = useCallback(() => ask(true), [ask]);
  const { url, error } = known.key === key ? known : UNKNOWN;
  return { url, error, renew };
}
