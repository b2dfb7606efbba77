import { ChevronLeft } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { useLocation } from 'wouter';
import { useTitle } from '../../hooks/use-title.js';
import { IconButton } from '../../ui/button.js';
import { Skeleton } from '../../ui/states.js';
import { Accounts } from './accounts.js';
import { AnnouncementForm } from './announcement-form.js';
import { AuditLog } from './audit-log.js';
import { Holds } from './holds.js';
import { NodeTable } from './node-table.js';
import { Plots } from './plots.js';
import { Totals } from './totals.js';
import { useOperations } from './use-operations.js';

/** How the server does, for its admins. */
export default function OperationsPage({ me }: { me: string }) {
  const [, navigate] = useLocation();
  const [changes, setChanges] = useState(0);
  const { now, before, samples, error } = useOperations();
  const changed = () => setChanges((count) => count + 1);
  useTitle('Operations');
  return (
    <section aria-label="Operations" aria-busy={now === null && error === null} className="h-full overflow-y-auto">
      <header className="sticky top-0 z-10 flex h-14 items-center gap-2 border-b border-line bg-paper px-4 max-[720px]:ps-1">
        <IconButton label="Back to conversations" onClick={() => navigate('/')}>
          <ChevronLeft size={22} strokeWidth={1.6} />
        </IconButton>
        <h2 className="flex-1 text-title font-strong tracking-[-0.01em]">Operations</h2>
        <output className={error ? 'text-second text-danger' : 'text-second text-ink-2'}>
          {error ?? (now ? 'Live' : '')}
        </output>
      </header>
      <div className="mx-auto flex max-w-[1180px] flex-col gap-6 p-4">
        {now ? (
          <>
            <Plots samples={samples} />
            <Part title="Nodes">
              <NodeTable now={now} before={before} />
            </Part>
            <Part title="Since the nodes started">
              <Totals status={now.status} />
            </Part>
          </>
        ) : error ? null : (
          <Skeleton rows={4} />
        )}
        <Part title="Accounts">
          <Accounts me={me} onChanged={changed} />
        </Part>
        <Part title="Announcement">
          <AnnouncementForm onAnnounced={changed} />
        </Part>
        <Part title="Hold">
          <Holds onChanged={changed} />
        </Part>
        <Part title="What was done">
          <AuditLog changes={changes} />
        </Part>
      </div>
    </section>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} tabIndex={-1} className="flex min-w-0 flex-col gap-3">
      <h3 id={id} className="text-body font-strong">
        {title}
      </h3>
      {children}
    </section>
  );
}
