import { LIMITS, type Message, type UserView } from '@parley/protocol';
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { Button } from '../../ui/button.js';
import { useMentions } from '../mentions/use-mentions.js';
import { useGrowing } from './use-growing.js';

interface MessageEditorProps {
  message: Message;
  /** What to begin with: the message's text, or one that was refused. */
  text: string;
  people: readonly UserView[];
  onSave: (text: string) => void;
  onCancel: () => void;
}

const KEYCODE_IME = 229;
const encoder = new TextEncoder();

/** A message's text where it stands: Enter saves, Shift+Enter breaks the line, Escape leaves it as it was. */
export function MessageEditor({ message, text: first, people, onSave, onCancel }: MessageEditorProps) {
  const [text, setText] = useState(first);
  const input = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const mentions = useMentions({ inputRef: input, text, people, onChange: setText });
  const over = encoder.encode(text).length - LIMITS.contentBytes;
  const empty = text.trim() === '';
  useAtEnd(input);
  useGrowing(input, text);

  function save() {
    if (empty || over > 0) return;
    onSave(text);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (mentions.takesKey(event)) return;
    if (event.nativeEvent.isComposing || event.nativeEvent.keyCode === KEYCODE_IME) return;
    if (event.key === 'Escape') onCancel();
    else if (event.key === 'Enter' && !event.shiftKey) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <form
      className="message-editor"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        ref={input}
        data-testid="editor"
        data-message-id={message.id}
        rows={1}
        value={text}
        dir="auto"
        aria-label="Edit message"
        aria-describedby={id}
        aria-invalid={over > 0 || undefined}
        enterKeyHint="done"
        {...mentions.inputProps}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="composer-input w-full rounded-control border border-edge bg-raised px-2.5 py-1.5 text-body outline-none focus-visible:border-accent focus-visible:ring-1 focus-visible:ring-accent max-[720px]:text-[16px]"
      />
      {mentions.list}
      <div className="flex flex-wrap items-center justify-between gap-2 pt-1.5">
        <p id={id} role={over > 0 ? 'alert' : undefined} className="text-meta text-ink-3">
          {noteOf(over, empty)}
        </p>
        <span className="flex gap-2">
          <Button className="h-8 max-[720px]:h-11" onClick={onCancel}>
            Cancel
          </Button>
          <Button kind="primary" type="submit" disabled={empty || over > 0} className="h-8 max-[720px]:h-11">
            Save
          </Button>
        </span>
      </div>
    </form>
  );
}

function noteOf(over: number, empty: boolean): string {
  if (over > 0) return `Too long by ${over.toLocaleString()} characters.`;
  return empty ? 'A message needs a text. To take it back, delete it.' : 'Enter saves, Escape cancels';
}

/** Takes the focus, with the caret behind the last word. */
function useAtEnd(input: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    const field = input.current;
    if (!field) return;
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
    field.closest('form')?.scrollIntoView({ block: 'nearest' });
  }, [input]);
}
