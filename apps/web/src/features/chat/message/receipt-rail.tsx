import type { UserView } from '@parley/protocol';
import { Check, CheckCheck, Clock, TriangleAlert } from 'lucide-react';
import { PersonAvatar } from '../../../ui/avatar.js';
import { Hinted } from '../../../ui/hint.js';
import { isolate, withoutIsolates } from '../../../ui/isolated.js';
import { type Receipt, receiptWords } from './receipts.js';

interface ReceiptRailProps {
  /** Of my own messages only. */
  receipt: Receipt | null;
  /** The members whose last read row this is. */
  heads: readonly UserView[];
  /** Names of all who have read it. */
  readers: readonly string[];
  /** How many members it is for. */
  audience: number;
  /** Whether Tab stops at it. */
  tabStop: boolean;
  /** Opens the list of receipts; null where there is none. */
  onOpen: (() => void) | null;
}

const HEADS = 2;
const NAMED = 8;
const ICON = { size: 14, strokeWidth: 1.8 } as const;

/** The receipt of a message of mine, and the avatars of the members who have read down to here. */
export function ReceiptRail(props: ReceiptRailProps) {
  const { receipt, heads, readers, audience, tabStop, onOpen } = props;
  const names = readers.map(isolate);
  const words = receipt === null ? headWords(heads) : receiptWords(receipt, names);
  if (words === null) return null;
  const isButton = receipt !== null && onOpen !== null;
  const picture = (
    <span
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a drawn glyph or tiles, not a file
      role="img"
      aria-label={withoutIsolates(words)}
      title={isButton ? undefined : words}
      data-testid={receipt === null ? undefined : 'receipt'}
      data-receipt={receipt ?? undefined}
      className="inline-flex h-4 items-center"
    >
      {heads.length > 0 ? <Heads heads={heads} /> : receipt === null ? null : <Glyph receipt={receipt} />}
    </span>
  );
  if (!isButton) return picture;
  return (
    <Hinted
      className="receipt"
      align="end"
      tabIndex={tabStop ? 0 : -1}
      hint={readWords(names, audience)}
      onClick={onOpen}
    >
      {picture}
    </Hinted>
  );
}

function Glyph({ receipt }: { receipt: Receipt }) {
  switch (receipt) {
    case 'pending':
      return <Clock {...ICON} size={12} />;
    case 'failed':
      return <TriangleAlert {...ICON} className="text-danger" />;
    case 'sent':
      return <Check {...ICON} />;
    case 'delivered':
      return <CheckCheck {...ICON} />;
    case 'read':
      return <CheckCheck {...ICON} className="text-accent" />;
  }
}

function Heads({ heads }: { heads: readonly UserView[] }) {
  return (
    <span className="inline-flex items-center">
      {heads.length > HEADS ? (
        <span className="me-0.5 text-[10px] text-ink-3 tabular-nums">+{heads.length - HEADS}</span>
      ) : null}
      {heads.slice(0, HEADS).map((user) => (
        <PersonAvatar key={user.id} user={user} size={16} className="-ms-0.5 ring-2 ring-paper first:ms-0" />
      ))}
    </span>
  );
}

function headWords(heads: readonly UserView[]): string | null {
  if (heads.length === 0) return null;
  const [first] = heads;
  const rest = heads.length - 1;
  return `${isolate(first?.displayName ?? '')}${rest > 0 ? ` and ${rest} more have` : ' has'} read up to here`;
}

/** "Read by 2 of 5: Ama, Jonas". */
function readWords(readers: readonly string[], audience: number): string {
  const count = `Read by ${readers.length} of ${audience}`;
  if (readers.length === 0) return count;
  const more = readers.length > NAMED ? ` and ${readers.length - NAMED} more` : '';
  return `${count}: ${readers.slice(0, NAMED).join(', ')}${more}`;
}
