import type { ReactNode } from 'react';

interface PresenceDotProps {
  /** Null: none. */
  mark: 'online' | 'away' | null;
  /** An avatar, which the dot is drawn on. */
  children: ReactNode;
}

/** Filled while somebody is here, a ring while they are away. For the eye only: the words stand elsewhere. */
export function PresenceDot({ mark, children }: PresenceDotProps) {
  return (
    <span className="relative inline-flex flex-none">
      {children}
      {mark ? <span aria-hidden="true" data-testid="presence" data-presence={mark} className="presence-dot" /> : null}
    </span>
  );
}
