import { LIMITS, type Message, REPORT_REASONS, type ReportReason, type UserView } from '@parley/protocol';
import { useChatClient, useIsBlocked } from '@parley/react';
import { useState } from 'react';
import { Button } from '../../../ui/button.js';
import { Dialog, DialogActions } from '../../../ui/dialog.js';
import { isolate } from '../../../ui/isolated.js';
import { Question } from '../../../ui/question-dialog.js';
import { CHOICE, RadioGroup } from '../../../ui/radio-group.js';
import { REASON_WORDS } from '../../people/report-reasons.js';
import { useConversationFacts } from './message-actions.js';

interface ReportDialogProps {
  message: Message;
  sender: UserView;
  onClose: () => void;
}

const REASONS = REPORT_REASONS.map((value) => ({ value, words: REASON_WORDS[value] }));

/** Asks why a message is reported, and says who will read that. */
export default function ReportDialog({ message, sender, onClose }: ReportDialogProps) {
  const { type } = useConversationFacts();
  const [isReported, setReported] = useState(false);
  const readers = type === 'group' ? 'The admins of this group' : 'The admins of this server';
  const more = type === 'group' ? '' : ' and the text of this message, and nothing else of this conversation';
  return (
    <Dialog
      open
      title={`Report ${isolate(sender.displayName)}’s message`}
      description={isReported ? null : `${readers} will see your report${more}.`}
      onClose={onClose}
    >
      <output className="px-5 text-body text-ink-2">
        {isReported ? `Thank you. ${readers} have your report.` : null}
      </output>
      {isReported ? (
        <DialogActions>
          <Button kind="primary" autoFocus onClick={onClose}>
            Close
          </Button>
        </DialogActions>
      ) : (
        <ReportForm message={message} sender={sender} onClose={onClose} onReported={() => setReported(true)} />
      )}
    </Dialog>
  );
}

function ReportForm({ message, sender, onClose, onReported }: ReportDialogProps & { onReported: () => void }) {
  const client = useChatClient();
  const [reason, setReason] = useState<ReportReason | null>(null);
  const [comment, setComment] = useState('');
  const [blocks, setBlocks] = useState(false);
  const report = async () => {
    if (reason === null) return;
    await client.report(message.id, { reason, ...(comment.trim() !== '' && { comment }) });
    if (blocks) await client.block(sender.id, true);
  };
  return (
    <Question verb="Report" isComplete={reason !== null} act={report} onClose={onClose} onDone={onReported}>
      <RadioGroup legend="What is wrong with it?" options={REASONS} value={reason} onChange={setReason} />
      <label className="block px-5 pb-3">
        <span className="block pb-1 text-second font-strong">What else they should know</span>
        <textarea
          className="w-full rounded-control border border-edge bg-raised px-3 py-2 text-body"
          dir="auto"
          rows={3}
          maxLength={LIMITS.reportComment}
          value={comment}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
      <BlockToo sender={sender} checked={blocks} onChange={setBlocks} />
    </Question>
  );
}

interface BlockTooProps extends Pick<ReportDialogProps, 'sender'> {
  checked: boolean;
  onChange: (checked: boolean) => void;
}

function BlockToo({ sender, checked, onChange }: BlockTooProps) {
  const isBlocked = useIsBlocked(sender.id);
  if (isBlocked) return null;
  return (
    <label className={`${CHOICE} px-5 pb-2`}>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>
        Block <bdi>{sender.displayName}</bdi>, too
      </span>
    </label>
  );
}
