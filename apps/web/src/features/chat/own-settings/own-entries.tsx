import type { ConversationListItem } from '@parley/protocol';
import { Bell, BellOff, EyeOff, MailOpen, Pin, PinOff } from 'lucide-react';
import { useSettings } from '../../../hooks/own-settings.store.js';
import { MenuItem, MenuSeparator } from '../../../ui/menu.js';
import { useOwnChange } from './use-own-change.js';

const ICON = { size: 16, strokeWidth: 1.6 } as const;

interface OwnEntriesProps {
  item: ConversationListItem;
  onMute: () => void;
}

/** What I do with a conversation for myself, in its menu. */
export function OwnEntries({ item, onMute }: OwnEntriesProps) {
  const { notifications, pinnedAt } = useSettings(item);
  const change = useOwnChange(item.id);
  const isPinned = pinnedAt !== null;
  return (
    <>
      {notifications === 'all' ? (
        <MenuItem icon={<BellOff {...ICON} />} onSelect={onMute}>
          Mute…
        </MenuItem>
      ) : (
        <MenuItem icon={<Bell {...ICON} />} onSelect={() => void change({ notifications: 'all' })}>
          End the mute
        </MenuItem>
      )}
      <MenuItem
        icon={isPinned ? <PinOff {...ICON} /> : <Pin {...ICON} />}
        onSelect={() => void change({ isPinned: !isPinned })}
      >
        {isPinned ? 'Unpin' : 'Pin to the top'}
      </MenuItem>
      {item.lastSeq > 0 ? (
        <MenuItem icon={<MailOpen {...ICON} />} onSelect={() => void change({ unreadSeq: item.lastSeq })}>
          Mark as unread
        </MenuItem>
      ) : null}
      <MenuItem icon={<EyeOff {...ICON} />} onSelect={() => void change({ isHidden: true })}>
        Hide until the next message
      </MenuItem>
      <MenuSeparator />
    </>
  );
}
