import type { ReactNode } from 'react';

/** Says that the server refused something, why, and what can be done. */
export function Refusal({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className="flex max-w-[68ch] flex-wrap items-center gap-x-2 text-second text-danger">
      {children}
    </div>
  );
}

export function RefusalButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      className="rounded-inline px-1 py-1 font-medium underline-offset-2 hover:underline max-[720px]:min-h-11"
      onClick={onClick}
    >
      {children}
    </button>
  );
}
