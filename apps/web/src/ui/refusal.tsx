import type { MouseEvent, ReactNode } from 'react';

/** Says that the server refused something, why, and what can be done. */
export function Refusal({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className="flex max-w-[68ch] flex-wrap items-center gap-x-2 text-second text-danger">
      {children}
    </div>
  );
}

interface RefusalButtonProps {
  /** Its name for screen readers, where the words alone do not say what it is about. */
  label?: string;
  tabIndex?: number;
  onClick: (event: MouseEvent<HTMLButtonElement>) => void;
  children: ReactNode;
}

export function RefusalButton({ label, tabIndex, onClick, children }: RefusalButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      tabIndex={tabIndex}
      className="rounded-inline px-1 py-1 font-medium underline-offset-2 hover:underline max-[720px]:min-h-11"
      onClick={onClick}
    >
      {children}
    </button>
  );
}
