import type { ConversationListItem, ConversationSettingsBody } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { Bell, BellOff, EyeOff, MailOpen, Pin, PinOff } from 'lucide-react';
import { useLocation } from 'wouter';
import { BASE_PATH } from '../../../api/http.js';
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
  const hide = async () => {
    const isHidden = await change({ isHidden: true });
    // Another one may have been opened meanwhile.
    if (isHidden && location.pathname.startsWith(`${BASE_PATH}/c/${item.id}`)) navigate('/');
  };
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
      <MenuItem icon={<EyeOff {...ICON} />} onSelect={() => void hide()}>
        Hide until the next message
      </MenuItem>
      <MenuSeparator />
    </>
  );
}

/** Whether it was changed; what fails is said. */
function useChange(conversationId: string) {
  const client = useChatClient();
  return async (body: ConversationSettingsBody): Promise<boolean> => {
    try {
      await changeSettings(client, conversationId, body);
      return true;
    } catch {
      announce('It could not be changed.');
      return false;
    }
  };
}
