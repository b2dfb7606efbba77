import type { AccountItem, AccountLink } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useState } from 'react';
import { useToday } from '../../hooks/use-today.js';
import { momentTime } from '../../ui/dates.js';
import { isolate } from '../../ui/isolated.js';
import { LinkDialog } from '../../ui/link-dialog.js';
import { QuestionDialog } from '../../ui/question-dialog.js';

/** What is to be done with an account. */
export interface AccountQuestion {
  account: AccountItem;
  verb: 'disable' | 'enable' | 'reset';
}

interface AccountDialogProps {
  question: AccountQuestion;
  onClose: () => void;
  onChanged: () => void;
}

/** Short: whoever gets the link can use it. */
const LINK_HOURS = 1;

const WORDS = {
  disable: {
    title: 'Disable',
    verb: 'Disable',
    means: 'All of their sessions end at once, and they cannot sign in until you enable them again.',
    refused: 'This is the last server admin who can sign in.',
  },
  enable: { title: 'Enable', verb: 'Enable', means: 'They can sign in again.', refused: undefined },
  reset: {
    title: 'Link for a new password of',
    verb: 'Make the link',
    means:
      'The link works once, within an hour. Whoever has it can set a new password, which ends all sessions of the account. Send it by a way that you trust.',
    refused: 'They were disabled meanwhile, or have no password here any more.',
  },
};

/** Asks before it is done, and shows the link, once. */
export function AccountDialog({ question: { account, verb }, onClose, onChanged }: AccountDialogProps) {
  const client = useChatClient();
  const [link, setLink] = useState<AccountLink | null>(null);
  const words = WORDS[verb];
  const title = `${words.title} ${isolate(account.displayName)}`;
  const act = async () => {
    if (verb === 'reset') {
      const body = { purpose: 'reset', username: account.username, hours: LINK_HOURS };
      setLink(await client.request<AccountLink>('POST', 'auth/links', body));
    } else {
      await client.request('PATCH', `users/${account.id}`, { isDisabled: verb === 'disable' });
    }
    onChanged();
  };
  const done = () => {
    if (verb !== 'reset') onClose();
  };
  const today = useToday();
  if (link) {
    const until = momentTime(new Date(link.expiresAt), today);
    const description = `Works once, until ${until}. It is shown only now.`;
    return <LinkDialog title={title} description={description} url={link.url} onClose={onClose} />;
  }
  return (
    <QuestionDialog
      title={title}
      verb={words.verb}
      danger={verb === 'disable'}
      refused={words.refused}
      act={act}
      onClose={onClose}
      onDone={done}
    >
      {words.means}
    </QuestionDialog>
  );
}
