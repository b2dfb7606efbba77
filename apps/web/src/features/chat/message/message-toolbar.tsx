import type { Message } from '@parley/protocol';
import { Copy, Ellipsis, Eye, History, Link2, Pencil, Reply, SmilePlus, Trash2 } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { IconButton } from '../../../ui/button.js';
import { Menu, MenuGlyph, MenuItem, MenuSeparator } from '../../../ui/menu.js';
import { moveSideways } from '../../../ui/roving.js';
import { QUICK_EMOJI } from '../../reactions/quick-emoji.js';
import { announce } from './announcements.js';
import { useMessageActions } from './message-actions.js';
import type { MessageRights } from './message-rights.js';
import type { RowActions } from './use-row-actions.js';

interface MessageToolbarProps {
  message: Message;
  rights: MessageRights;
  row: RowActions;
  /** Whether Tab leads to it. */
  tabStop: boolean;
  onReact: (emoji: string) => void;
}

const ICON = { size: 16, strokeWidth: 1.6 } as const;

/** What one can do with a message: the frequent at once, all of it in the menu. Lies over the row, moves nothing. */
export function MessageToolbar({ message, rights, row, tabStop, onReact }: MessageToolbarProps) {
  const { reply, setEditing } = useMessageActions();
  const buttons: { label: string; icon: ReactNode; act: (button: HTMLElement) => void }[] = [];
  if (rights.react) {
    buttons.push({ label: 'React', icon: <SmilePlus {...ICON} />, act: (button) => row.open('picker', button) });
  }
  if (rights.reply) buttons.push({ label: 'Reply', icon: <Reply {...ICON} />, act: () => reply(message) });
  if (rights.edit) buttons.push({ label: 'Edit', icon: <Pencil {...ICON} />, act: () => setEditing(message.id) });
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- the focus is on the buttons in it
    <div role="toolbar" aria-label="Message actions" className="message-toolbar" onKeyDown={moveSideways}>
      {buttons.map(({ label, icon, act }, index) => (
        <IconButton
          key={label}
          label={label}
          data-roving={label}
          tabIndex={tabStop && index === 0 ? 0 : -1}
          className="message-tool"
          onClick={(event) => act(event.currentTarget)}
        >
          {icon}
        </IconButton>
      ))}
      <MessageMenu
        message={message}
        rights={rights}
        row={row}
        tabStop={tabStop && buttons.length === 0}
        onReact={onReact}
      />
    </div>
  );
}

function MessageMenu({ message, rights, row, tabStop, onReact }: MessageToolbarProps) {
  const { reply, setEditing, copyText, copyLink } = useMessageActions();
  const [button, setButton] = useState<HTMLButtonElement | null>(null);
  const after = useRef<(() => void) | null>(null);
  /** What is chosen happens once the menu is gone: where it puts the focus, there it stays. */
  const then = (act: () => void) => () => {
    after.current = act;
  };
  const copied = (copy: () => Promise<void>, words: string) => () => {
    row.close();
    copy().then(
      () => announce(words),
      () => announce('It could not be copied.'),
    );
  };

  function onClosed() {
    const act = after.current;
    after.current = null;
    if (act) act();
    else row.close();
  }

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
      {rights.react && row.opened === 'sheet' ? (
        <div className="flex justify-between pb-1">
          {QUICK_EMOJI.map((emoji) => (
            <MenuGlyph
              key={emoji}
              label={`React with ${emoji}`}
              onSelect={then(() => {
                row.close();
                onReact(emoji);
              })}
            >
              <span className="emoji">{emoji}</span>
            </MenuGlyph>
          ))}
        </div>
      ) : null}
      {rights.react ? (
        <MenuItem icon={<SmilePlus {...ICON} />} onSelect={then(() => row.open('picker', button ?? undefined))}>
          React…
        </MenuItem>
      ) : null}
      {rights.reply ? (
        <MenuItem icon={<Reply {...ICON} />} shortcut="R" onSelect={then(() => row.close(() => reply(message)))}>
          Reply
        </MenuItem>
      ) : null}
      {rights.edit ? (
        <MenuItem
          icon={<Pencil {...ICON} />}
          shortcut="E"
          onSelect={then(() => row.close(() => setEditing(message.id)))}
        >
          Edit
        </MenuItem>
      ) : null}
      <MenuItem icon={<Copy {...ICON} />} onSelect={then(copied(() => copyText(message.content), 'Text copied'))}>
        Copy text
      </MenuItem>
      <MenuItem icon={<Link2 {...ICON} />} onSelect={then(copied(() => copyLink(message), 'Link copied'))}>
        Copy link
      </MenuItem>
      <MenuItem icon={<Eye {...ICON} />} onSelect={then(() => row.open('receipts'))}>
        Seen by…
      </MenuItem>
      {message.editedAt ? (
        <MenuItem icon={<History {...ICON} />} onSelect={then(() => row.open('edits'))}>
          Earlier versions…
        </MenuItem>
      ) : null}
      {rights.remove ? (
        <>
          <MenuSeparator />
          <MenuItem danger icon={<Trash2 {...ICON} />} onSelect={then(() => row.open('delete'))}>
            Delete…
          </MenuItem>
        </>
      ) : null}
    </Menu>
  );
}
