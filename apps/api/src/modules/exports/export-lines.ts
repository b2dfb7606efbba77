import type { AuditAction, ExportLine } from '@parley/protocol';

/** What is taken along, and who may. */
export interface Export {
  /** Of the file that a browser saves. */
  name: string;
  /** As the audit log says it. */
  audited: { action: AuditAction; conversationId?: string };
  /** @throws where it may be had no longer. */
  check: () => Promise<void>;
  lines: () => AsyncGenerator<ExportLine>;
}

/** Rows of one read. */
export const ROWS = 100;

/** Page after page of what has an order, until one is empty. */
export async function* paged<T, P>(
  first: P,
  read: (after: P) => Promise<T[]>,
  placeOf: (last: T) => P,
): AsyncGenerator<T[]> {
  let after = first;
  for (;;) {
    const rows = await read(after);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = placeOf(last);
  }
}
