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
import type { Edit } from './use-edit.js';

interface MessageEditorProps {
  message: Message;
  edit: Edit;
  people: readonly UserView[];
  find: FindMention;
}

/**
 * Edits a message in its row: Enter saves, Shift+Enter breaks the line, Escape discards. Where the message was edited
 * elsewhere meanwhile both texts are shown; where it was deleted the text can be sent as a new message.
 */
export function MessageEditor({ message, edit, people, find }: MessageEditorProps) {
  const input = useRef<HTMLTextAreaElement>(null);
  const noteId = useId();
  const state = useEditorState(message, edit);
  const { text, over, overtaken } = state;
  const mentions = useMentions({ inputRef: input, text, people, onChange: edit.write });
  const { close, save, onKeyDown } = useEditorCommands(message, edit, state);
  useBeginning(edit);
  useAtEnd(input);
  useGrowing(input, text);
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
        aria-describedby={noteId}
        aria-invalid={over > 0 || undefined}
        enterKeyHint={state.enterSaves ? 'done' : 'enter'}
        {...mentions.inputProps}
        onChange={(event) => edit.write(event.target.value)}
        onKeyDown={(event) => {
          if (!mentions.takesKey(event)) onKeyDown(event);
        }}
        className="composer-input w-full rounded-control border border-edge bg-raised px-2.5 py-1.5 text-body outline-none focus-visible:border-accent focus-visible:ring-1 focus-visible:ring-accent max-[720px]:text-[16px]"
      />
      {mentions.list}
      <div className="flex flex-wrap items-center justify-between gap-2 pt-1.5">
        <p id={noteId} role={over > 0 ? 'alert' : undefined} className="text-meta text-ink-3">
          {noteOf(state)}
        </p>
        <span className="flex flex-wrap gap-2">
          <EditorChoices state={state} edit={edit} close={close} />
        </span>
      </div>
    </form>
  );
}

interface EditorState {
  text: string;
  /** Bytes beyond the limit; 0 or less where the text fits. */
  over: number;
  empty: boolean;
  /** Neither empty nor too long. */
  fits: boolean;
  /** The message was edited elsewhere since the editor was opened. */
  overtaken: boolean;
  isDeleted: boolean;
  enterSaves: boolean;
}

function useEditorState(message: Message, { draft, isOvertaken }: Edit): EditorState {
  const most = useLimits()?.contentBytes ?? LIMITS.contentBytes;
  const text = draft?.text ?? message.content;
  const over = -roomLeft(text, most);
  const empty = drawsNothing(text);
  return {
    text,
    over,
    empty,
    fits: !empty && over <= 0,
    overtaken: isOvertaken,
    isDeleted: message.isDeleted,
    enterSaves: useEnterSends(),
  };
}

/** Does something with the text, then closes the editor. */
type Close = (act: () => void) => void;

function useEditorCommands(message: Message, edit: Edit, { fits, overtaken, enterSaves }: EditorState) {
  const { setEditing } = useMessageActions();
  const close: Close = (act) => {
    act();
    setEditing(null);
  };

  function save() {
    if (fits && !overtaken && !message.isDeleted) close(edit.save);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (isComposing(event)) return;
    // The text for a message that was deleted is sent or discarded by its buttons only.
    if (event.key === 'Escape') close(message.isDeleted ? () => undefined : edit.drop);
    else if (isSendKey(event, enterSaves)) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return { close, save, onKeyDown };
}

function EditorChoices({ state, edit, close }: { state: EditorState; edit: Edit; close: Close }) {
  const { isDeleted, overtaken, fits } = state;
  if (isDeleted) {
    return (
      <>
        <EditorButton onClick={() => close(edit.drop)}>Discard</EditorButton>
        <EditorButton primary disabled={!fits} onClick={() => close(edit.sendAsNew)}>
          Send as a new message
        </EditorButton>
      </>
    );
  }
  if (overtaken) {
    return (
      <>
        <EditorButton onClick={() => close(edit.drop)}>Take theirs</EditorButton>
        <EditorButton primary disabled={!fits} onClick={() => close(edit.keepMine)}>
          Keep mine
        </EditorButton>
      </>
    );
  }
  return (
    <>
      <EditorButton onClick={() => close(edit.drop)}>Cancel</EditorButton>
      <EditorButton primary type="submit" disabled={!fits}>
        Save
      </EditorButton>
    </>
  );
}

/** The text that the message has now. */
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

function noteOf({ over, empty, overtaken, isDeleted, enterSaves }: EditorState): string {
  if (over > 0) return `Too long by ${bytesOf(over)}; a letter takes 1 to 4.`;
  if (empty) return 'A message needs a text. To take it back, delete it.';
  if (isDeleted) return 'Escape closes, nothing is lost';
  if (overtaken) return 'Above is theirs, in the field is yours';
  return enterSaves ? 'Enter saves, Escape cancels' : '';
}

/** The text is kept in a store, which outlives the editor. */
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

/** Takes the focus, with the caret at the end. */
function useAtEnd(input: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    const field = input.current;
    if (!field) return;
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
    field.closest('form')?.scrollIntoView({ block: 'nearest' });
  }, [input]);
}
