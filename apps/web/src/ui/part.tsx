import { type ReactNode, Suspense, useEffect, useState } from 'react';
import { Button } from './button.js';
import { retryParts } from './lazy-part.js';
import { EmptyState, Skeleton } from './states.js';

/** A part that is not there after this time is said to be missing; it is fetched again by itself all the same. */
const LATE_MS = 4_000;

/** A view that is fetched when it is first shown: grey bars meanwhile, then what is the matter. */
export function ViewPart({ children }: { children: ReactNode }) {
  return <Suspense fallback={<View />}>{children}</Suspense>;
}

/** Likewise a dialog, in whose place nothing is drawn at first: it is there at once nearly always. */
export function DialogPart({ children }: { children: ReactNode }) {
  return <Suspense fallback={<Notice />}>{children}</Suspense>;
}

const LATE = 'The server did not send it so far. It is fetched again by itself.';

function View() {
  if (!useLate()) {
    return (
      <div aria-busy="true" className="h-full p-6">
        <output className="sr-only">Loading</output>
        <Skeleton rows={5} />
      </div>
    );
  }
  return (
    <div role="alert" className="flex h-full items-center justify-center">
      <EmptyState title="This part could not be loaded" action={<Retry />}>
        {LATE}
      </EmptyState>
    </div>
  );
}

function Notice() {
  if (!useLate()) return null;
  return (
    <div role="alert" className="fault-notice">
      <span>This part could not be loaded. {LATE}</span>
      <Retry />
    </div>
  );
}

function Retry() {
  return (
    <Button kind="primary" onClick={retryParts}>
      Try again
    </Button>
  );
}

function useLate(): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(setLate, LATE_MS, true);
    return () => clearTimeout(timer);
  }, []);
  return isLate;
}
