import { X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { IconButton } from './button.js';
import { isComposing } from './composing.js';
import { useOpener } from './use-returned-focus.js';

interface PanelProps {
  label: string;
  /** Beside the button that closes it. */
  header: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/** Stands beside the messages. Escape closes it from whatever has the focus in it, which returns to where it was. */
export function Panel({ label, header, onClose, children }: PanelProps) {
  const panel = useRef<HTMLElement>(null);
  const focusOpener = useOpener();
  function close() {
    if (panel.current?.contains(document.activeElement)) focusOpener();
    onClose();
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes it from whatever has focus in it
    <aside
      ref={panel}
      data-region
      aria-label={label}
      className="chat-panel"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented && !isComposing(event)) close();
      }}
    >
      <header className="flex h-14 flex-none items-center gap-1 border-b border-line pe-2.5 ps-3">
        {header}
        <IconButton label={`Close ${label.toLowerCase()}`} onClick={close}>
          <X size={18} strokeWidth={1.6} />
        </IconButton>
      </header>
      {children}
    </aside>
  );
}
