import { SdkError } from '@parley/client';
import { useState } from 'react';
import { isFinal, sentenceFor } from '../api/sentences.js';

const NOT_ALLOWED: ReadonlySet<string> = new Set(['forbidden', 'conflict']);

/**
 * Runs a command that may be refused. `onDone` is called when it succeeds, and ends the form; without it the form is there
 * for the next time.
 * `refused`: what `forbidden` and `conflict` mean for it. `isOver`: a retry would be refused, too.
 */
export function useCommand(onDone?: () => void, refused?: string) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  async function run(act: () => Promise<void>) {
    setBusy(true);
    setError(null);
    try {
      await act();
      if (onDone) onDone();
      else setBusy(false);
    } catch (thrown) {
      const known = refused !== undefined && thrown instanceof SdkError && NOT_ALLOWED.has(thrown.code);
      setError(known ? refused : sentenceFor(thrown));
      setOver(isFinal(thrown));
      setBusy(false);
    }
  }
  return { run, busy, error, isOver };
}
