import type { ParleyClient } from '@parley/client';
import type { Report } from '@parley/protocol';
import { useChatClient, useChatEvent, useUser } from '@parley/react';
import { Link } from 'wouter';
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

async function fetchOpen(client: ParleyClient, id: string): Promise<Report[]> {
  const { items, users } = await client.reports({ isResolved: false, ...(id !== '' && { conversationId: id }) });
  client.meet(users);
  return items;
}

/** The open reports, the latest fifty, for those who decide on them. */
export function ReportsDialog({ conversationId, onClose }: ReportsDialogProps) {
  const { reload, ...fetched } = useFetched(fetchOpen, conversationId);
  useChatEvent('report:updated', reload);
  return (
    <FetchedDialog title="Open reports" fetched={fetched} onClose={onClose}>
      {(reports) =>
        reports.length === 0 ? (
          <p className="text-body text-ink-2">There is nothing to decide.</p>
        ) : (
          <ul className="flex flex-col gap-4">
            {reports.map((report) => (
              <ReportItem key={report.id} report={report} onResolved={reload} onClose={onClose} />
            ))}
          </ul>
        )
      }
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
