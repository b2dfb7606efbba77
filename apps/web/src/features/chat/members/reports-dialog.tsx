import type { ParleyClient } from '@parley/client';
import { LIMITS, type Report } from '@parley/protocol';
import { useChatClient, useChatEvent, useUser } from '@parley/react';
import { useCallback, useState } from 'react';
import { Link } from 'wouter';
import { pagesOf } from '../../../api/pages.js';
import { useCommand } from '../../../hooks/use-command.js';
import { useFetched } from '../../../hooks/use-fetched.js';
import { Button } from '../../../ui/button.js';
import { FetchedDialog } from '../../../ui/fetched-dialog.js';
import { Alert } from '../../../ui/field.js';
import { REASON_WORDS } from '../../people/report-reasons.js';

interface ReportsDialogProps {
  /** Of which group; empty: those of direct conversations, for an admin of the server. */
  conversationId: string;
  onClose: () => void;
}

/** How many are shown at first, and how many more each time. */
const PAGE = LIMITS.pageDefault;

interface OpenReports {
  reports: Report[];
  hasMore: boolean;
  /** How many were asked for. */
  wanted: number;
}

/** The latest ones, from the first page on each time: some may have been resolved meanwhile. */
async function fetchOpen(client: ParleyClient, id: string, wanted: number): Promise<OpenReports> {
  const of = { isResolved: false, ...(id !== '' && { conversationId: id }) };
  const reports: Report[] = [];
  for await (const page of pagesOf((cursor) => client.reports({ ...of, cursor }))) {
    client.meet(page.users);
    reports.push(...page.items);
    if (reports.length >= wanted) return { reports, hasMore: page.nextCursor !== null, wanted };
  }
  return { reports, hasMore: false, wanted };
}

/** The open reports, the latest first, for those who decide on them. */
export default function ReportsDialog({ conversationId, onClose }: ReportsDialogProps) {
  const [most, setMost] = useState<number>(PAGE);
  const fetch = useCallback((client: ParleyClient, id: string) => fetchOpen(client, id, most), [most]);
  const { reload, ...fetched } = useFetched(fetch, conversationId);
  useChatEvent('report:updated', reload);
  return (
    <FetchedDialog title="Open reports" fetched={fetched} onClose={onClose}>
      {({ reports, hasMore, wanted }) => (
        <>
          {reports.length === 0 ? (
            <p className="text-body text-ink-2">There is nothing to decide.</p>
          ) : (
            <ul className="flex flex-col gap-4">
              {reports.map((report) => (
                <ReportItem key={report.id} report={report} onResolved={reload} onClose={onClose} />
              ))}
            </ul>
          )}
          {/* Not disabled while they are fetched: it would lose the focus. */}
          {hasMore ? (
            <Button className="mt-4" onClick={() => setMost(wanted + PAGE)}>
              Show more
            </Button>
          ) : null}
        </>
      )}
    </FetchedDialog>
  );
}

interface ReportItemProps {
  report: Report;
  onResolved: () => void;
  onClose: () => void;
}

function ReportItem({ report, onResolved, onClose }: ReportItemProps) {
  const client = useChatClient();
  const [sender, reporter] = [useUser(report.senderId), useUser(report.reporterId)];
  const { run, busy, error } = useCommand(onResolved);
  return (
    <li data-testid="report" className="border-s-[3px] border-line ps-3">
      <p className="text-second">
        <b>{REASON_WORDS[report.reason]}</b>: <bdi>{reporter?.displayName}</bdi> about <bdi>{sender?.displayName}</bdi>
      </p>
      {report.content === null ? null : (
        <blockquote className="py-1 text-body whitespace-pre-wrap text-ink-2" dir="auto">
          {report.content}
        </blockquote>
      )}
      {report.comment === null ? null : (
        <p className="py-1 text-body whitespace-pre-wrap" dir="auto">
          {report.comment}
        </p>
      )}
      {error ? <Alert>{error}</Alert> : null}
      <div className="flex items-center gap-3 pt-1">
        {report.content === null ? (
          <Link
            href={`/c/${report.conversationId}/m/${report.seq}`}
            className="text-second text-accent underline"
            onClick={onClose}
          >
            Show message
          </Link>
        ) : null}
        <Button
          className="h-8"
          busy={busy}
          onClick={() => void run(async () => void (await client.resolveReport(report.id)))}
        >
          Resolve
        </Button>
      </div>
    </li>
  );
}
