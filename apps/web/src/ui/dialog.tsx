import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button, IconButton } from './button.js';
import { Alert } from './field.js';
import { Isolated } from './isolated.js';
import { useReturnedFocus } from './use-returned-focus.js';

interface DialogProps {
  /** Words of people in it are isolated. */
  title: string;
  /** A sentence under the title, for those dialogs that ask something. */
  description?: ReactNode;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal dialog: the focus stays inside and returns to where it was, Escape and the scrim close it. The scrim is our
 * own, since the library's adds an inline style sheet, which the content security policy blocks.
 */
export function Dialog({ title, description, open, onClose, children }: DialogProps) {
  const onCloseAutoFocus = useReturnedFocus();
  return (
    <Primitive.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Primitive.Portal>
        <div className="scrim fixed inset-0 z-40 bg-scrim" aria-hidden="true" />
        <Primitive.Content
          onCloseAutoFocus={onCloseAutoFocus}
          {...(description ? {} : { 'aria-describedby': undefined })}
          className="sheet fixed top-[12vh] left-1/2 z-50 flex max-h-[76vh] w-[min(460px,calc(100vw-24px))] -translate-x-1/2 flex-col rounded-sheet bg-raised shadow-float max-[720px]:top-3 max-[720px]:max-h-[calc(100dvh-24px)]"
        >
          <header className="flex items-center justify-between gap-2 py-3 pe-3 ps-5">
            <Primitive.Title className="truncate text-title font-strong tracking-[-0.01em]">
              <Isolated text={title} />
            </Primitive.Title>
            <Primitive.Close asChild>
              <IconButton label="Close">
                <X size={18} strokeWidth={1.6} />
              </IconButton>
            </Primitive.Close>
          </header>
          {description ? (
            <Primitive.Description className="px-5 pb-4 text-body text-ink-2">{description}</Primitive.Description>
          ) : null}
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

interface CommandActionsProps {
  /** Why the command was refused, unless that is shown elsewhere. */
  error?: string | null;
  onCancel: () => void;
  /** The button that runs it; none where a retry would be refused, too. */
  children: ReactNode;
}

export function CommandActions({ error, onCancel, children }: CommandActionsProps) {
  return (
    <>
      {error ? (
        <div className="px-5 pb-2">
          <Alert>{error}</Alert>
        </div>
      ) : null}
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        {children}
      </DialogActions>
    </>
  );
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <footer className="flex justify-end gap-2 px-5 pt-2 pb-4">{children}</footer>;
}
