import { useStore } from 'zustand';
import { Button } from '../../ui/button.js';
import { EmptyState } from '../../ui/states.js';
import { dismissFault, faultStore } from './faults.store.js';

/** Shown in the place of what could not be drawn. */
export function FaultPage({ onRetry }: { onRetry?: () => void }) {
  return (
    <div role="alert" className="flex h-full items-center justify-center">
      <EmptyState
        title="This page could not be shown"
        action={
          <>
            {onRetry ? (
              <Button kind="primary" onClick={onRetry}>
                Try again
              </Button>
            ) : null}
            <Button kind={onRetry ? undefined : 'primary'} onClick={() => location.reload()}>
              Reload
            </Button>
          </>
        }
      >
        Something in it is not right. Your messages are safe on the server.
      </EmptyState>
    </div>
  );
}

/** Shown over the app, which goes on. */
export function FaultNotice() {
  const { seen } = useStore(faultStore);
  if (seen !== 'some') return null;
  return (
    <div role="alert" className="fault-notice">
      <span>Something in this page went wrong. If it does not do what it should, reload it.</span>
      <span className="flex gap-2">
        <Button onClick={() => location.reload()}>Reload</Button>
        <Button kind="quiet" onClick={dismissFault}>
          Dismiss
        </Button>
      </span>
    </div>
  );
}
