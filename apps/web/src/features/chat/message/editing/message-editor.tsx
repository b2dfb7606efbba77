import { LIMITS, type Message, type UserView } from '@parley/protocol';
import { useLimits } from '@parley/react';
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useRef } from 'react';
import { isSendKey, useEnterSends } from '../../../../hooks/enter-key.js';
import { useGrowing } from '../../../../hooks/use-growing.js';
import { Button } from '../../../../ui/button.js';
import { isComposing } from '../../../../ui/composing.js';
import { useMentions } from '../../../mentions/use-mentions.js';
import { bytesOf, roomLeft } from '../content-size.js';
import { useMessageActions } from '../message-actions.js';
import { type FindMention, MessageText } from '../message-text.js';
import { drawsNothing } from '../plain-text.js';
import { CHANGED } from './edit-refusals.js';
import { isOvertaken } from './pending-edits.js';
import type { Edit } from './use-edit.js';

interface MessageEditorProps {
  message: Message;
  edit: Edit;
  people: readonly UserView[];
  find: FindMention;
}

/**
 * A message's text where it stands: Enter saves, Shift+Enter breaks the line, Escape leaves it as it was. Where the
 * message got another text meanwhile both are shown, and where it was deleted what is written can still be sent.
 */
export function MessageEditor({ message, edit, people, find }: MessageEditorProps) {
  const { setEditing } = useMessageActions();
  const most = useLimits()?.contentBytes ?? LIMITS.contentBytes;
  const enterSaves = useEnterSends();
  const text = edit.pending?.text ?? message.content;
  const input = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const mentions = useMentions({ inputRef: input, text, people, onChange: edit.write });
  const over = -roomLeft(text, most);
  const empty = drawsNothing(text);
  const fits = !empty && over <= 0;
  const overtaken = edit.pending !== null && isOvertaken(edit.pending, message);
  useBeginning(edit);
  useAtEnd(input);
  useGrowing(input, text);

  /** Closes the editor, and then does this with what was written. */
  function close(then: () => void) {
    then();
    setEditing(null);
  }

  function save() {
    if (fits && !overtaken && !message.isDeleted) close(edit.save);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (mentions.takesKey(event) || isComposing(event)) return;
    // What was deleted stays to be sent or thrown away on purpose.
    if (event.key === 'Escape') close(message.isDeleted ? () => undefined : edit.drop);
    else if (isSendKey(event, enterSaves)) save();
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
      {overtaken ? <Theirs text={message.content} find={find} /> : null}
      {message.isDeleted ? (
        <Notice>{'This message was deleted. What you wrote can be sent as a new one.'}</Notice>
      ) : null}
      <textarea
        ref={input}
        data-testid="editor"
        data-message-id={message.id}
        rows={1}
        value={text}
        dir="auto"
        aria-label={overtaken ? 'Your text' : 'Edit message'}
        aria-describedby={id}
        aria-invalid={over > 0 || undefined}
        enterKeyHint={enterSaves ? 'done' : 'enter'}
        {...mentions.inputProps}
        onChange={(event) => edit.write(event.target.value)}
        onKeyDown={onKeyDown}
        className="composer-input w-full rounded-control border border-edge bg-raised px-2.5 py-1.5 text-body outline-none focus-visible:border-accent focus-visible:ring-1 focus-visible:ring-accent max-[720px]:text-[16px]"
      />
      {mentions.list}
      <div className="flex flex-wrap items-center justify-between gap-2 pt-1.5">
        <p id={id} role={over > 0 ? 'alert' : undefined} className="text-meta text-ink-3">
          {noteOf(over, empty, { overtaken, enterSaves, isDeleted: message.isDeleted })}
        </p>
        <span className="flex flex-wrap gap-2">
          {message.isDeleted ? (
            <>
              <EditorButton onClick={() => close(edit.drop)}>Discard</EditorButton>
              <EditorButton primary disabled={!fits} onClick={() => close(edit.sendAsNew)}>
                Send as a new message
              </EditorButton>
            </>
          ) : overtaken ? (
            <>
              <EditorButton onClick={() => close(edit.drop)}>Take theirs</EditorButton>
              <EditorButton primary disabled={!fits} onClick={() => close(edit.keepMine)}>
                Keep mine
              </EditorButton>
            </>
          ) : (
            <>
              <EditorButton onClick={() => close(edit.drop)}>Cancel</EditorButton>
              <EditorButton primary type="submit" disabled={!fits}>
                Save
              </EditorButton>
            </>
          )}
        </span>
      </div>
    </form>
  );
}

/** What the message says by now. */
function Theirs({ text, find }: { text: string; find: FindMention }) {
  return (
    <Notice>
      {CHANGED} It now says:
      <span className="message-text block" data-testid="theirs" dir="auto">
        <MessageText text={text} find={find} />
      </span>
    </Notice>
  );
}

function Notice({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className="mb-1.5 rounded-control border border-line bg-signal-wash px-2.5 py-1.5 text-second">
      {children}
    </div>
  );
}

interface EditorButtonProps {
  primary?: boolean;
  type?: 'submit' | 'button';
  disabled?: boolean;
  onClick?: () => void;
  children: ReactNode;
}

function EditorButton({ primary = false, ...rest }: EditorButtonProps) {
  return <Button kind={primary ? 'primary' : 'quiet'} className="h-8 max-[720px]:h-11" {...rest} />;
}

interface Noted {
  overtaken: boolean;
  isDeleted: boolean;
  enterSaves: boolean;
}

function noteOf(over: number, empty: boolean, { overtaken, isDeleted, enterSaves }: Noted): string {
  if (over > 0) return `Too long by ${bytesOf(over)}; a letter takes 1 to 4.`;
  if (empty) return 'A message needs a text. To take it back, delete it.';
  if (isDeleted) return 'Escape closes, nothing is lost';
  if (overtaken) return 'Above is theirs, in the field is yours';
  return enterSaves ? 'Enter saves, Escape cancels' : '';
}

/** What is written outlives the editor. */
function useBeginning({ begin, leave }: Edit): void {
  const first = useRef({ begin, leave });
  useEffect(() => {
    first.current = { begin, leave };
  });
  useEffect(() => {
    first.current.begin();
    return () => first.current.leave();
  }, []);
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
