import type { NodeFigures, NodeStatus } from '@parley/protocol';
import type { ReactNode } from 'react';
import { classes } from '../../ui/classes.js';
import { clockTime } from '../../ui/dates.js';
import { fileSize } from '../../ui/file-size.js';
import { figureText, msText, percentText } from './figure-text.js';
import { busyBetween, type Look, openSockets } from './samples.js';

const COLUMNS = ['Node', 'State', 'Sockets', 'Users', 'Event loop', 'Memory', 'Database', 'Other nodes'];

/** Each node, the oldest first. */
export function NodeTable({ now, before }: { now: Look; before: Look | null }) {
  const former = new Map(before?.status.nodes.map(({ id, figures }) => [id, figures]));
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keyboard
    <section tabIndex={0} aria-label="Nodes" className="overflow-x-auto rounded-row border border-line bg-raised">
      <table className="w-full text-second tabular-nums">
        <thead>
          <tr className="border-b border-line text-meta text-ink-3">
            {COLUMNS.map((name) => (
              <th key={name} scope="col" className="px-3 py-2 text-start font-medium whitespace-nowrap">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {now.status.nodes.map((node) => (
            <NodeRow key={node.id} node={node} former={former.get(node.id) ?? null} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function NodeRow({ node, former }: { node: NodeStatus; former: NodeFigures | null }) {
  const { id, seenAt, figures } = node;
  if (!figures) {
    return (
      <tr data-testid="node-row" className="border-b border-line last:border-0">
        <NodeName name={`…${id.slice(-8)}`} />
        <td colSpan={COLUMNS.length - 1} className="px-3 py-2 text-signal-text">
          Silent: does not answer. Its last sign of life in the database was at {clockTime(new Date(seenAt))}.
        </td>
      </tr>
    );
  }
  const { database, link, process } = figures;
  return (
    <tr data-testid="node-row" className="border-b border-line last:border-0">
      <NodeName name={nameOf(figures)} detail={`${figures.version}, since ${sinceText(figures.startedAt)}`} />
      <State figures={figures} />
      <Cell detail={`${figureText(figures.polling)} polling`}>{figureText(openSockets(figures))}</Cell>
      <Cell detail={`in ${figureText(figures.conversations)} conversations`}>{figureText(figures.users)}</Cell>
      <Cell detail="busy">{former ? percentText(busyBetween(former, figures)) : '–'}</Cell>
      <Cell detail={`heap ${fileSize(process.heapBytes)}`}>{fileSize(process.residentBytes)}</Cell>
      <Cell detail={`${database.busy} of ${database.busy + database.idle} busy, ${database.waiting} waiting`}>
        {database.isUp ? msText(database.ms) : 'away'}
      </Cell>
      <Cell detail={link ? `${figureText(link.unsent)} unsent` : ''}>{linkText(link)}</Cell>
    </tr>
  );
}

function NodeName({ name, detail = '' }: { name: string; detail?: string }) {
  return (
    <th scope="row" translate="no" className="px-3 py-2 text-start font-medium whitespace-nowrap">
      {name}
      <span className="block text-meta font-normal text-ink-3">{detail}</span>
    </th>
  );
}

function State({ figures: { missing } }: { figures: NodeFigures }) {
  const isWell = missing.length === 0;
  return (
    <td className={classes('px-3 py-2 whitespace-nowrap', isWell ? 'text-accent' : 'font-medium text-signal-text')}>
      {isWell ? 'Well' : `Without ${missing.join(', ')}`}
    </td>
  );
}

function Cell({ detail, children }: { detail: string; children: ReactNode }) {
  return (
    <td className="px-3 py-2 whitespace-nowrap">
      {children}
      <span className="block text-meta text-ink-3">{detail}</span>
    </td>
  );
}

const nameOf = ({ host, pid, worker }: NodeFigures): string =>
  `${host} ${worker === null ? `· ${pid}` : `· worker ${worker}`}`;

const since = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const sinceText = (startedAt: string): string => since.format(new Date(startedAt));

function linkText(link: NodeFigures['link']): string {
  if (!link) return 'the only one';
  const name = link.part === 'redis' ? 'Redis' : 'workers';
  return link.isUp ? `${name} ${msText(link.ms)}` : `${name} away`;
}
