import type { ParleyClient } from '@parley/client';
import { type ConversationListItem, LIMITS, type Retention } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useState } from 'react';
import { useFetched } from '../../../hooks/use-fetched.js';
import { daysText } from '../../../ui/days-text.js';
import { FetchedDialog } from '../../../ui/fetched-dialog.js';
import { Field } from '../../../ui/field.js';
import { Question } from '../../../ui/question-dialog.js';

interface RetentionDialogProps {
  item: ConversationListItem;
  onClose: () => void;
}

const pathOf = (conversationId: string) => `conversations/${conversationId}/retention`;
const fetchRetention = (client: ParleyClient, id: string) => client.request<Retention>('GET', pathOf(id));

/** For how long the messages of a group are kept; its owners change it. */
export function RetentionDialog({ item, onClose }: RetentionDialogProps) {
  const fetched = useFetched(fetchRetention, item.id);
  return (
    <FetchedDialog title="How long messages are kept" fetched={fetched} onClose={onClose}>
      {(retention) => (
        <div className="-mx-5 -mb-5">
          <RetentionForm item={item} retention={retention} onClose={onClose} />
        </div>
      )}
    </FetchedDialog>
  );
}

function RetentionForm({ item, retention, onClose }: RetentionDialogProps & { retention: Retention }) {
  const client = useChatClient();
  const [text, setText] = useState(retention.days === null ? '' : String(retention.days));
  const days = text.trim() === '' ? null : Number(text);
  // `Number` takes 0x10 and 1e2, too.
  const isWritten = /^\d+$/.test(text.trim());
  const isValid = days === null || (isWritten && days >= 1 && days <= LIMITS.retentionDays);
  const elsewhere = retention.serverDays === null ? 'for good' : `for ${daysText(retention.serverDays)}`;
  const act = async () => {
    await client.request<Retention>('PUT', pathOf(item.id), { days });
  };
  return (
    <Question verb="Save" isComplete={isValid} act={act} onClose={onClose}>
      <p className="px-5 pb-3 text-body text-ink-2">
        Older messages are removed for everybody, and nobody can bring them back. All members are told that you changed
        this.
      </p>
      <Field
        label="Days"
        inputMode="numeric"
        autoComplete="off"
        autoFocus
        value={text}
        hint={`Empty: as long as elsewhere on this server, ${elsewhere}.`}
        error={isValid ? null : `A whole number from 1 to ${LIMITS.retentionDays}.`}
        onChange={(event) => setText(event.target.value)}
        className="px-5 pb-3"
      />
    </Question>
  );
}
