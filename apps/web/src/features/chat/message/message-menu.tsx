import type { Message } from '@parley/protocol';
import { Copy, Ellipsis, Eye, Flag, History, Link2, MailOpen, Pencil, Reply, SmilePlus, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { announceCopy } from '../../../ui/announcements.js';
import { IconButton } from '../../../ui/button.js';
import { Menu, MenuGlyph, MenuItem, MenuSeparator } from '../../../ui/menu.js';
import { QUICK_EMOJI } from '../../reactions/quick-emoji.js';
import { useMessageActions } from './message-actions.js';
import type { MessageRights } from './message-rights.js';
import type { RowActions } from './use-row-actions.js';

const ICON = { size: 16, strokeWidth: 1.6 } as const;

export interface MessageToolsProps {
  message: Message;
  rights: MessageRights;
  row: RowActions;
  /** Whether Tab stops at it. */
  tabStop: boolean;
  onReact: (emoji: string) => void;
}

interface EntriesProps extends Pick<MessageToolsProps, 'message' | 'rights' | 'row'> {
  afterMenu: (act: () => void) => () => void;
}

/** Every action for a message. */
export function MessageMenu({ message, rights, row, tabStop, onReact }: MessageToolsProps) {
  const [button, setButton] = useState<HTMLButtonElement | null>(null);
  const { afterMenu, onClosed } = useAfterMenu(row);
  const entries = { message, rights, row, afterMenu };
  return (
    <Menu
      trigger={
        <IconButton
          ref={setButton}
          label="More actions"
          data-roving="More actions"
          tabIndex={tabStop ? 0 : -1}
          className="message-tool"
        >
          <Ellipsis {...ICON} />
        </IconButton>
      }
      className="message-menu"
      open={row.opened === 'menu' || row.opened === 'sheet'}
      onOpenChange={(open) => row.open(open ? 'menu' : 'closing')}
      onClosed={onClosed}
    >
      {rights.react && row.opened === 'sheet' ? <QuickReactions {...entries} onReact={onReact} /> : null}
      <AnswerEntries {...entries} button={button} />
      <CopyEntries {...entries} />
      <DetailEntries {...entries} />
      {rights.report ? (
        <MenuItem icon={<Flag {...ICON} />} onSelect={afterMenu(() => row.open('report'))}>
          Report…
        </MenuItem>
      ) : null}
      {rights.remove ? (
        <>
          <MenuSeparator />
          <MenuItem danger icon={<Trash2 {...ICON} />} onSelect={afterMenu(() => row.open('delete'))}>
            Delete…
          </MenuItem>
        </>
      ) : null}
    </Menu>
  );
}

/** Runs the chosen action after the menu has closed, since closing moves the focus. */
function useAfterMenu(row: RowActions) {
  const chosen = useRef<(() => void) | null>(null);
  const afterMenu = (act: () => void) => () => {
    chosen.current = act;
  };
  const onClosed = () => {
    const act = chosen.current;
    chosen.current = null;
    if (act) act();
    else row.close();
  };
  return { afterMenu, onClosed };
}

function QuickReactions({ row, afterMenu, onReact }: EntriesProps & Pick<MessageToolsProps, 'onReact'>) {
  return (
    <div className="flex justify-between pb-1">
      {QUICK_EMOJI.map((emoji) => (
        <MenuGlyph
          key={emoji}
          label={`React with ${emoji}`}
          onSelect={afterMenu(() => {
            row.close();
            onReact(emoji);
          })}
        >
          <span className="emoji">{emoji}</span>
        </MenuGlyph>
      ))}
    </div>
  );
}

/** `button`: the picker of reactions is placed beside it. */
function AnswerEntries({ message, rights, row, afterMenu, button }: EntriesProps & { button: HTMLElement | null }) {
  const { reply, setEditing } = useMessageActions();
  const onReact = afterMenu(() => row.open('picker', button ?? undefined));
  const onReply = afterMenu(() => row.close(() => reply(message)));
  const onEdit = afterMenu(() => row.close(() => setEditing(message.id)));
  return (
    <>
      {rights.react ? (
        <MenuItem icon={<SmilePlus {...ICON} />} onSelect={onReact}>
          React…
        </MenuItem>
      ) : null}
      {rights.reply ? (
        <MenuItem icon={<Reply {...ICON} />} shortcut="R" onSelect={onReply}>
          Reply
        </MenuItem>
      ) : null}
      {rights.edit ? (
        <MenuItem icon={<Pencil {...ICON} />} shortcut="E" onSelect={onEdit}>
          Edit
        </MenuItem>
      ) : null}
    </>
  );
}

function CopyEntries({ message, row, afterMenu }: EntriesProps) {
  const { copyText, copyLink } = useMessageActions();
  const copied = (copy: () => Promise<void>, words: string) => () => {
    row.close();
    announceCopy(copy(), words);
  };
  const onCopyText = afterMenu(copied(() => copyText(message.content), 'Text copied'));
  const onCopyLink = afterMenu(copied(() => copyLink(message), 'Link copied'));
  return (
    <>
      {message.content === '' ? null : (
        <MenuItem icon={<Copy {...ICON} />} onSelect={onCopyText}>
          Copy text
        </MenuItem>
      )}
      <MenuItem icon={<Link2 {...ICON} />} onSelect={onCopyLink}>
        Copy link
      </MenuItem>
    </>
  );
}

function DetailEntries({ message, row, afterMenu }: EntriesProps) {
  const { markUnread } = useMessageActions();
  return (
    <>
      <MenuItem icon={<MailOpen {...ICON} />} onSelect={afterMenu(() => row.close(() => markUnread(message)))}>
        Mark as unread
      </MenuItem>
      <MenuItem icon={<Eye {...ICON} />} onSelect={afterMenu(() => row.open('receipts'))}>
        Seen by…
      </MenuItem>
      {message.editedAt ? (
        <MenuItem icon={<History {...ICON} />} onSelect={afterMenu(() => row.open('edits'))}>
          Earlier versions…
        </MenuItem>
      ) : null}
    </>
  );
}
