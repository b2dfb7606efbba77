import type { ReactNode } from 'react';
import type { Fetched } from '../../hooks/use-fetched.js';
import { Button } from '../../ui/button.js';
import { Alert } from '../../ui/field.js';
import { Skeleton } from '../../ui/states.js';

/** Part of a page with grey bars while it is fetched, or with the reason why it could not be. */
export function FetchedPart<T>({ fetched, children }: { fetched: Fetched<T>; children: (value: T) => ReactNode }) {
  const { value, error, retry } = fetched;
  if (error !== null) {
    return (
      <div className="flex flex-col items-start gap-3">
        <Alert>{error}</Alert>
        {retry ? <Button onClick={retry}>Try again</Button> : null}
      </div>
    );
  }
  if (value !== null) return children(value);
  return (
    <div aria-busy="true">
      <output className="sr-only">Loading</output>
      <Skeleton rows={3} />
    </div>
  );
}
