import type { Message, UserView } from '@parley/protocol';
import { Trash2 } from 'lucide-react';
import { type ReactNode, Suspense } from 'react';
import { lazyPart } from '../../ui/lazy-part.js';
import { ReactionChips } from '../reactions/reaction-chips.js';
import { type Reactions, useReactions } from '../reactions/use-reactions.js';
import { fullTime } from './dates.js';
import { DeleteDialog } from './delete-dialog.js';
import { useConversationFacts, useMessageActions } from './message-actions.js';
import { MessageEditor } from './message-editor.js';
import { MessageText } from './message-text.js';
import { MessageToolbar } from './message-toolbar.js';
import type { MessageLineProps } from './row-props.js';
import { type Edit, useEdit } from './use-edit.js';

const ReactionPicker = lazyPart(() => import('../reactions/reaction-picker.js'));
const ReceiptsDialog = lazyPart(() => import('./receipts-dialog.js'));
const EditsDialog = lazyPart(() => import('./edits-dialog.js'));

interface StoredMessageProps extends MessageLineProps {
  message: Message;
}

/** A message that the server has: its words or their editor, its reactions, and what one can do with it. */
export function StoredMessage(props: StoredMessageProps) {
  const { message, id, find, editing, people, tabStop, actions, rights } = props;
  const { me } = useConversationFacts();
  const edit = useEdit(message);
  const reactions = useReactions(message);
  if (message.isDeleted) {
    return (
      <p className="message-text message-tombstone" id={`${id}-body`}>
        <Trash2 size={14} strokeWidth={1.6} aria-hidden="true" /> Message deleted
      </p>
    );
  }
  const saving = edit.pending !== null && edit.pending.refusal === null;
  return (
    <>
      {editing ? (
        <Editor message={message} edit={edit} people={people} />
      ) : (
        <div className="message-text" id={`${id}-body`} dir="auto" data-saving={saving || undefined}>
          <MessageText text={saving ? (edit.pending?.text ?? '') : message.content} find={find} />
          {message.editedAt && !saving ? (
            <>
              {' '}
              <button
                type="button"
                className="message-edited"
                tabIndex={tabStop ? 0 : -1}
                title={`Edited ${fullTime(new Date(message.editedAt))}. Show earlier versions`}
                onClick={() => actions.open('edits')}
              >
                (edited)
              </button>
            </>
          ) : null}
        </div>
      )}
      <ReactionChips
        message={message}
        me={me}
        reactions={reactions}
        open={rights.react}
        tabStop={tabStop}
        onPick={(anchor) => actions.open('picker', anchor)}
      />
      <Refusals message={message} edit={edit} reactions={reactions} editing={editing} />
      {actions.active && !editing ? (
        <MessageToolbar message={message} rights={rights} row={actions} tabStop={tabStop} onReact={reactions.toggle} />
      ) : null}
      <Opened {...props} me={me} reactions={reactions} />
    </>
  );
}

interface EditorProps {
  message: Message;
  edit: Edit;
  people: readonly UserView[];
}

function Editor({ message, edit, people }: EditorProps) {
  const { setEditing } = useMessageActions();
  return (
    <MessageEditor
      message={message}
      text={edit.pending?.text ?? message.content}
      people={people}
      onSave={(text) => {
        setEditing(null);
        edit.save(text);
      }}
      onCancel={() => {
        edit.dismiss();
        setEditing(null);
      }}
    />
  );
}

/** What lies over the page. */
function Opened(props: StoredMessageProps & { me: string; reactions: Reactions }) {
  const { message, me, sender, mine, find, actions, reactions } = props;
  const { setEditing } = useMessageActions();
  switch (actions.opened) {
    case 'picker':
      return actions.anchor.current ? (
        <Suspense fallback={null}>
          <ReactionPicker
            anchor={actions.anchor.current}
            onClose={() => actions.close()}
            onPick={(emoji) => {
              actions.close();
              reactions.toggle(emoji);
            }}
          />
        </Suspense>
      ) : null;
    case 'delete':
      return (
        <DeleteDialog
          message={message}
          sender={mine ? null : sender.displayName}
          onClose={() => actions.close()}
          onDone={() => actions.close(() => toNextRow(message, () => setEditing(null)))}
        />
      );
    case 'receipts':
      return (
        <Suspense fallback={null}>
          <ReceiptsDialog message={message} me={me} onClose={() => actions.close()} />
        </Suspense>
      );
    case 'edits':
      return (
        <Suspense fallback={null}>
          <EditsDialog message={message} find={find} onClose={() => actions.close()} />
        </Suspense>
      );
    default:
      return null;
  }
}

interface RefusalsProps {
  message: Message;
  edit: Edit;
  reactions: Reactions;
  editing: boolean;
}

/** What was shown and had to be taken back, with the reason. */
function Refusals({ message, edit, reactions, editing }: RefusalsProps) {
  const { setEditing } = useMessageActions();
  const refusal = edit.pending?.refusal ?? null;
  return (
    <>
      {refusal !== null && !editing ? (
        <Refusal>
          <span>
            <b className="font-strong">Not changed.</b> {refusal}
          </span>
          <RefusalButton onClick={() => setEditing(message.id)}>Edit again</RefusalButton>
          <RefusalButton onClick={edit.dismiss}>Dismiss</RefusalButton>
        </Refusal>
      ) : null}
      {reactions.refusal !== null ? (
        <Refusal>
          <span>{reactions.refusal}</span>
          <RefusalButton onClick={reactions.dismiss}>Dismiss</RefusalButton>
        </Refusal>
      ) : null}
    </>
  );
}

function Refusal({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="flex flex-wrap items-center gap-x-2 text-second text-danger">
      {children}
    </p>
  );
}

function RefusalButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      className="rounded-inline px-1 py-1 font-medium underline-offset-2 hover:underline max-[720px]:min-h-11"
      onClick={onClick}
    >
      {children}
    </button>
  );
}

/** Where the focus goes when a message was deleted: to the row after it, else to writing. */
function toNextRow(message: Message, toComposer: () => void): void {
  const row = document.querySelector(`[data-client-id="${message.clientMessageId}"]`);
  const next = row?.nextElementSibling;
  if (next instanceof HTMLElement) next.focus();
  else toComposer();
}
