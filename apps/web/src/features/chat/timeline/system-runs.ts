import type { Row } from '../message/row.js';

/** Fewer than these stay as they are. */
const LEAST = 3;

/**
 * Messages of the system that follow each other are one row, that of the newest: its key stays when older ones are loaded.
 * A new day or the "new messages" line begins another.
 */
export function foldRuns(rows: readonly Row[]): Row[] {
  const folded: Row[] = [];
  let run: Row[] = [];
  const end = () => {
    folded.push(...(run.length < LEAST ? run : [merged(run)]));
    run = [];
  };
  for (const row of rows) {
    const isSystem = row.message?.type === 'system';
    if (!isSystem || row.head || row.fresh) end();
    if (isSystem) run.push(row);
    else folded.push(row);
  }
  end();
  return folded;
}

function merged(run: readonly Row[]): Row {
  const [first, last] = [run[0], run.at(-1)] as [Row, Row];
  const { head, day, fresh, start } = first;
  const earlier = run.slice(0, -1).flatMap(({ message }) => message ?? []);
  return { ...last, head, day, fresh, start, folded: earlier };
}
