import type { ReactNode } from 'react';
import type { Fetched } from '../../hooks/use-fetched.js';
import { Alert } from '../../ui/field.js';
import { Skeleton } from '../../ui/states.js';
import { TryAgain } from '../../ui/try-again.js';

/** Part of a page with grey bars while it is fetched; with the reason where it could not be, beside what was there before. */
export function FetchedPart<T>({ fetched, children }: { fetched: Fetched<T>; children: (value: T) => ReactNode }) {
  const { value, error, retry } = fetched;
  return (
    <div tabIndex={-1}>
      {error === null ? null : (
        <div className="mb-4 flex flex-col items-start gap-3">
          <Alert>{error}</Alert>
          {retry ? <TryAgain onRetry={retry} /> : null}
        </div>
      )}
      {value === null ? null : children(value)}
      {value === null && error === null ? (
        <div aria-busy="true">
          <output className="sr-only">Loading</output>
          <Skeleton rows={3} />
        </div>
      ) : null}
    </div>
  );
}
