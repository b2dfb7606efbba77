import { Pencil, Reply, SmilePlus } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../../../ui/button.js';
import { moveSideways } from '../../../ui/roving.js';
import { useMessageActions } from './message-actions.js';
import { MessageMenu, type MessageToolsProps } from './message-menu.js';

const ICON = { size: 16, strokeWidth: 1.6 } as const;

interface Tool {
  label: string;
  icon: ReactNode;
  act: (button: HTMLElement) => void;
}

/** The frequent actions as buttons, all of them in the menu. Drawn over the row, so that it moves nothing. */
export function MessageToolbar(props: MessageToolsProps) {
  const { tabStop } = props;
  const tools = useTools(props);
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- the focus is on the buttons in it
    <div role="toolbar" aria-label="Message actions" className="message-toolbar" onKeyDown={moveSideways}>
      {tools.map(({ label, icon, act }, index) => (
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
      <MessageMenu {...props} tabStop={tabStop && tools.length === 0} />
    </div>
  );
}

function useTools({ message, rights, row }: MessageToolsProps): Tool[] {
  const { reply, setEditing } = useMessageActions();
  const tools: Tool[] = [];
  if (rights.react) {
    tools.push({ label: 'React', icon: <SmilePlus {...ICON} />, act: (button) => row.open('picker', button) });
  }
  if (rights.reply) tools.push({ label: 'Reply', icon: <Reply {...ICON} />, act: () => reply(message) });
  if (rights.edit) tools.push({ label: 'Edit', icon: <Pencil {...ICON} />, act: () => setEditing(message.id) });
  return tools;
}
