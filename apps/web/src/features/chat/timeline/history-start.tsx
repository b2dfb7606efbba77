import type { ConversationType } from '@parley/protocol';
import { memo } from 'react';
import { Avatar } from '../../../ui/avatar.js';
import { type Titled, titleOf } from '../conversation-title.js';

/** Above the first message: there is nothing older. */
export const HistoryStart = memo(function HistoryStart({
  item,
}: {
  item: Titled & { id: string; type: ConversationType };
}) {
  const title = titleOf(item);
  const direct = item.type === 'direct';
  return (
    <div className="mx-auto w-full max-w-[868px] px-5 pt-8 pb-2 max-[720px]:px-3" data-testid="history-start">
      <Avatar id={item.peer?.id ?? item.id} name={title} url={item.peer?.avatarUrl} size={72} />
      <h3 dir="auto" className="people-line mt-3 text-page font-strong tracking-[-0.01em]">
        {title}
      </h3>
      <p className="mt-1 max-w-[60ch] text-body text-ink-2">
        This is the beginning of {direct ? 'your conversation with ' : ''}
        <bdi>{title}</bdi>.{' '}
        {direct ? 'Only the two of you can read it.' : 'Everybody who is a member can read all of it.'}
      </p>
    </div>
  );
});
