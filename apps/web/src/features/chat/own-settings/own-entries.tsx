import type { ConversationListItem, ConversationSettingsBody } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { Bell, BellOff, EyeOff, MailOpen, Pin, PinOff } from 'lucide-react';
import { useLocation } from 'wouter';
import { changeSettings, useSettings } from '../../../hooks/own-settings.store.js';
import { announce } from '../../../ui/announcements.js';
import { MenuItem, MenuSeparator } from '../../../ui/menu.js';

const ICON = { size: 16, strokeWidth: 1.6 } as const;

interface OwnEntriesProps {
  item: ConversationListItem;
  onMute: () => void;
}

/** What I do with a conversation for myself, in its menu. */
export function OwnEntries({ item, onMute }: OwnEntriesProps) {
  const { notifications, pinnedAt } = useSettings(item);
  const change = useChange(item.id);
  const [, navigate] = useLocation();
  const isPinned = pinnedAt !== null;
  return (
    <>
      {notifications === 'all' ? (
        <MenuItem icon={<BellOff {...ICON} />} onSelect={onMute}>
          Mute…
        </MenuItem>
      ) : (
        <MenuItem icon={<Bell {...ICON} />} onSelect={() => change({ notifications: 'all' })}>
          End the mute
        </MenuItem>
      )}
      <MenuItem
        icon={isPinned ? <PinOff {...ICON} /> : <Pin {...ICON} />}
        onSelect={() => change({ isPinned: !isPinned })}
      >
        {isPinned ? 'Unpin' : 'Pin to the top'}
      </MenuItem>
      {item.lastSeq > 0 ? (
        <MenuItem icon={<MailOpen {...ICON} />} onSelect={() => change({ unreadSeq: item.lastSeq })}>
          Mark as unread
        </MenuItem>
      ) : null}
      <MenuItem icon={<EyeOff {...ICON} />} onSelect={() => change({ isHidden: true }).then(() => navigate('/'))}>
        Hide until the next message
      </MenuItem>
      <MenuSeparator />
    </>
  );
}

/** What fails is said: nothing has changed then. */
function useChange(conversationId: string) {
  const client = useChatClient();
  return async (body: ConversationSettingsBody) => {
    try {
      await changeSettings(client, conversationId, body);
    } catch {
      announce('It could not be changed.');
    }
  };
}
