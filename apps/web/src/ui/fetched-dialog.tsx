import type { ReactNode } from 'react';
import type { Fetched } from '../hooks/use-fetched.js';
import { Button } from './button.js';
import { Dialog, DialogActions } from './dialog.js';
import { Alert } from './field.js';
import { Skeleton } from './states.js';

interface FetchedDialogProps<T> {
  title: string;
  fetched: Fetched<T>;
  onClose: () => void;
  children: (value: T) => ReactNode;
}

/** A dialog with grey bars while its contents are fetched, or with the reason why they could not be. */
export function FetchedDialog<T>({ title, fetched, onClose, children }: FetchedDialogProps<T>) {
  const { value, error, retry } = fetched;
  return (
    <Dialog open title={title} onClose={onClose}>
      {value === null ? null : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a long list is scrolled by keyboard too
        <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto px-5 pb-5 focus-visible:outline-offset-[-2px]">
          {children(value)}
        </div>
      )}
      {value === null && error === null ? (
        <div aria-busy="true" className="px-5 pb-6">
          <output className="sr-only">Loading</output>
          <Skeleton rows={3} />
        </div>
      ) : null}
      {error === null ? null : (
        <>
          <div className="px-5 pb-2">
            <Alert>{error}</Alert>
          </div>
          <DialogActions>
            <Button onClick={onClose}>Close</Button>
            {retry ? (
              <Button kind="primary" onClick={retry}>
                Try again
              </Button>
            ) : null}
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}
