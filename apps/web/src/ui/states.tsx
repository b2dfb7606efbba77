import type { ReactNode } from 'react';
import { classes } from './classes.js';

interface EmptyStateProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
}

/** Shown where there is nothing else: a title, a sentence, an action. */
export function EmptyState({ title, children, action, icon }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center justify-center gap-2 px-8 py-12 text-center">
      {icon ? <div className="mb-1 text-ink-3">{icon}</div> : null}
      <h2 className="text-title font-strong tracking-[-0.01em]">{title}</h2>
      {children ? <p className="max-w-[38ch] text-body text-ink-2">{children}</p> : null}
      {action ? <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  );
}

/**
 * Grey bars in the shape of what is being fetched. Hidden from screen readers, for which the region is marked as busy.
 */
export function Skeleton({ rows, className }: { rows: number; className?: string }) {
  return (
    <div aria-hidden="true" className={classes('flex flex-col gap-4', className)}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="skeleton flex items-center gap-3">
          <div className="size-9 flex-none rounded-row bg-hover" />
          <div className="flex-1 space-y-2">
            <div className={classes('h-3 rounded-inline bg-hover', index % 2 ? 'w-1/3' : 'w-2/5')} />
            <div className={classes('h-3 rounded-inline bg-hover', index % 3 ? 'w-4/5' : 'w-3/5')} />
          </div>
        </div>
      ))}
    </div>
  );
}
