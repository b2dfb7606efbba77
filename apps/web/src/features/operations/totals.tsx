import type { NodeTotals, OperationsStatus } from '@parley/protocol';
import { figureText } from './figure-text.js';

const SHOWN: [keyof NodeTotals, string][] = [
  ['messages', 'Messages sent'],
  ['connections', 'Sockets that came in'],
  ['requests', 'Requests'],
  ['refusals', 'Refused'],
  ['budgetsSpent', 'Beyond a rate limit'],
  ['slowConsumers', 'Closed for not reading'],
  ['gaps', 'Gaps filled from the database'],
  ['defects', 'Failed by a defect'],
];

/** What the nodes that answered have counted since each of them started. */
export function Totals({ status }: { status: OperationsStatus }) {
  const figures = status.nodes.flatMap((node) => node.figures ?? []);
  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(180px,1fr))] gap-x-4 gap-y-2">
      {SHOWN.map(([name, label]) => (
        <div key={name} className="flex flex-col">
          <dt className="text-meta text-ink-3">{label}</dt>
          <dd className="m-0 text-body font-medium tabular-nums">
            {figureText(figures.reduce((sum, { totals }) => sum + totals[name], 0))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
