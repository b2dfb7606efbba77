import type { ParleyClient } from '@parley/client';
import { type AccountItem, type AccountPage, isSearchable } from '@parley/protocol';
import { useEffect, useState } from 'react';
import { useFetched } from '../../hooks/use-fetched.js';
import { PersonAvatar } from '../../ui/avatar.js';
import { Button } from '../../ui/button.js';
import { Alert, Field } from '../../ui/field.js';
import { TryAgain } from '../../ui/try-again.js';
import { AccountDialog, type AccountQuestion } from './account-dialog.js';

const PAUSE_MS = 250;
const MOST = 20;
const NONE: AccountPage = { items: [], nextCursor: null, hasMore: false };

function fetchAccounts(client: ParleyClient, query: string): Promise<AccountPage> {
  if (!isSearchable(query)) return Promise.resolve(NONE);
  return client.request('GET', `accounts?${new URLSearchParams({ query, limit: String(MOST) })}`);
}

/** Finds the accounts of this server, keeps people out and lets them in again, and makes links for new passwords. */
export function Accounts({ me, onChanged }: { me: string; onChanged: () => void }) {
  const [text, setText] = useState('');
  const query = useSettled(text.trim());
  const { value, error, retry, reload } = useFetched(fetchAccounts, query);
  const [asked, setAsked] = useState<AccountQuestion | null>(null);
  const changed = () => {
    reload();
    onChanged();
  };
  return (
    <>
      <Field
        label="Find by the beginning of a name"
        type="search"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="max-w-[420px]"
      />
      {error ? <Alert>{error}</Alert> : null}
      {error && retry ? (
        <div>
          <TryAgain onRetry={retry} />
        </div>
      ) : null}
      <output className="text-second text-ink-3">{isSearchable(query) && value ? countText(value) : ''}</output>
      <ul aria-label="Accounts" className="flex flex-col gap-1">
        {value?.items.map((account) => (
          <AccountRow key={account.id} account={account} isMe={account.id === me} onAsk={setAsked} />
        ))}
      </ul>
      {asked ? <AccountDialog question={asked} onClose={() => setAsked(null)} onChanged={changed} /> : null}
    </>
  );
}

function AccountRow({
  account,
  isMe,
  onAsk,
}: {
  account: AccountItem;
  isMe: boolean;
  onAsk: (q: AccountQuestion) => void;
}) {
  const { displayName, username, isDisabled, hasPassword } = account;
  const named = <span className="sr-only"> {displayName}</span>;
  return (
    <li data-testid="account" className="flex flex-wrap items-center gap-2.5 rounded-row py-1">
      <PersonAvatar user={account} size={32} />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-second font-strong" dir="auto">
          {displayName}
        </span>
        <span className="block truncate text-meta text-ink-3">
          <span translate="no">@{username}</span>
          {kindOf(account)}
        </span>
      </span>
      {hasPassword && !isDisabled ? (
        <Button onClick={() => onAsk({ account, verb: 'reset' })}>New password link{named}</Button>
      ) : null}
      {isMe ? null : (
        <Button onClick={() => onAsk({ account, verb: isDisabled ? 'enable' : 'disable' })}>
          {isDisabled ? 'Enable' : 'Disable'}
          {named}
        </Button>
      )}
    </li>
  );
}

function kindOf({ role, isBot, isDisabled }: AccountItem): string {
  const words = [role === 'admin' && 'server admin', isBot && 'bot', isDisabled && 'disabled'];
  return words
    .filter((word) => word !== false)
    .map((word) => ` · ${word}`)
    .join('');
}

function countText({ items, hasMore }: AccountPage): string {
  if (items.length === 0) return 'No account has such a name.';
  return hasMore ? `The first ${items.length}. Type more of the name to see others.` : `${items.length} found.`;
}

/** The text once it has not changed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(setSettled, PAUSE_MS, text);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
