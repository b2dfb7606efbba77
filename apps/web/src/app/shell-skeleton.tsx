import { Skeleton } from '../ui/states.js';

/** The shape of the app while the session is looked up. */
export function ShellSkeleton() {
  return (
    <div className="shell" aria-busy="true" aria-label="Parley is loading">
      <div className="shell-list border-e border-line bg-wash">
        <div className="h-14 border-b border-line" />
        <Skeleton rows={6} className="p-4" />
      </div>
      <div className="shell-main" />
    </div>
  );
}
