import type { FileUrlOptions, SdkError } from '@parley/client';
import { useCallback, useEffect, useState } from 'react';
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

/** Where a page finds a file, or a smaller picture of it. It stays the same, so that nothing is loaded twice. */
export function useFileUrl(fileId: string | null, { thumbnail }: FileUrlOptions = {}): FileUrl {
  const client = useChatClient();
  const [known, setKnown] = useState<{ key: string } & Omit<FileUrl, 'renew'>>(UNKNOWN);
  const key = `${fileId} ${thumbnail}`;
  const renew = useCallback(() => {
    if (fileId === null) return;
    client.fileUrl(fileId, { thumbnail }).then(
      (url) => setKnown({ key, url, error: null }),
      (error: SdkError) => setKnown({ key, url: null, error }),
    );
  }, [client, fileId, thumbnail, key]);
  useEffect(renew, [renew]);
  const { url, error } = known.key === key ? known : UNKNOWN;
  return { url, error, renew };
}
