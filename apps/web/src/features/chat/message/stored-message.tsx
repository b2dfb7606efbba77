import type { OwnChange } from '@parley/client';
import { filesOf, filesWords, type Message } from '@parley/protocol';
import { useIsBlocked } from '@parley/react';
import { Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { fullTime } from '../../../ui/dates.js';
import { lazyPart } from '../../../ui/lazy-part.js';
import { DialogPart } from '../../../ui/part.js';
import { Refusal, RefusalButton } from '../../../ui/refusal.js';
import { MessageFiles } from '../../files/message-files.js';
import { ReactionChips } from '../../reactions/reaction-chips.js';
import { type Reactions, useReactions } from '../../reactions/use-reactions.js';
import { DeleteDialog } from './delete-dialog.js';
import { MessageEditor } from './editing/message-editor.js';
import { UnsavedEdit } from './editing/unsaved-edit.js';
import { type Edit, useEdit } from './editing/use-edit.js';
import { useConversationFacts, useMessageActions } from './message-actions.js';
import { MessageText } from './message-text.js';
import { MessageToolbar } from './message-toolbar.js';
import { drawsNothing, plainText } from './plain-text.js';
import type { MessageLineProps } from './row-props.js';
import type { RowActions } from './use-row-actions.js';

const ReactionPicker = lazyPart(() => import('../../reactions/reaction-picker.js'));
const ReceiptsDialog = lazyPart(() => import('./details/receipts-dialog.js'));
const EditsDialog = lazyPart(() => import('./details/edits-dialog.js'));
const ReportDialog = lazyPart(() => import('./report-dialog.js'));

/** Graphemes of the text that stand for a picture. */
const LONGEST_ALT = 160;

interface StoredMessageProps extends MessageLineProps {
  message: Message;
  own: OwnChange;
}

/** A message that is stored: its text or the editor of it, its reactions and its toolbar. */
export function StoredMessage(props: StoredMessageProps) {
  const { message, own, find, editing, people, tabStop, actions, rights } = props;
  const { isDeleted } = message;
  const { me } = useConversationFacts();
  const edit = useEdit(message, own);
  const reactions = useReactions(message, own);
  useMeanwhile(message, edit, editing);
  useClosedWhenDeleted(isDeleted, actions);
  return (
    <>
      {isDeleted ? <Tombstone id={props.id} /> : null}
      {/* One position for both cases: the field that is being typed in is not replaced when the message is deleted. */}
      {editing && (!isDeleted || edit.draft !== null) ? (
        <MessageEditor message={message} edit={edit} people={people} find={find} />
      ) : isDeleted ? null : (
        <Words {...props} edit={edit} />
      )}
      {editing && !isDeleted ? <Files message={message} tabStop={tabStop} /> : null}
      {isDeleted ? null : (
        <ReactionChips
          message={message}
          me={me}
          reactions={reactions}
          open={rights.react}
          tabStop={tabStop}
          onPick={(anchor) => actions.open('picker', anchor)}
        />
      )}
      <UnsavedEdit message={message} edit={edit} editing={editing} />
      {reactions.refusal !== null && !isDeleted ? (
        <Refusal>
          <span>{reactions.refusal}</span>
          <RefusalButton onClick={reactions.dismiss}>Dismiss</RefusalButton>
        </Refusal>
      ) : null}
      {actions.active && !editing && !isDeleted ? (
        <MessageToolbar message={message} rights={rights} row={actions} tabStop={tabStop} onReact={reactions.toggle} />
      ) : null}
      {isDeleted && actions.opened !== 'delete' ? null : <Opened {...props} me={me} reactions={reactions} />}
    </>
  );
}

function Tombstone({ id }: { id: string }) {
  return (
    <p className="message-text message-tombstone" id={`${id}-body`}>
      <Trash2 size={14} strokeWidth={1.6} aria-hidden="true" /> Message deleted
    </p>
  );
}

/** What somebody says whom the reader blocks is folded, in groups and elsewhere, until it is asked for. */
function Words(props: StoredMessageProps & { edit: Edit }) {
  const { message, id, tabStop } = props;
  const isBlocked = useIsBlocked(message.senderId);
  const [isShown, setShown] = useState(false);
  if (!isBlocked || isShown) {
    return (
      <>
        <Text {...props} />
        <Files message={message} tabStop={tabStop} />
      </>
    );
  }
  return (
    <p className="message-text message-tombstone" id={`${id}-body`} data-testid="folded">
      You blocked this person.{' '}
      <button
        type="button"
        className="message-edited"
        tabIndex={tabStop ? 0 : -1}
        onClick={(event) => {
          // The button goes: the focus stays with the message.
          event.currentTarget.closest('article')?.focus();
          setShown(true);
        }}
      >
        Show message
      </button>
    </p>
  );
}

function Files({ message, tabStop }: Pick<StoredMessageProps, 'message' | 'tabStop'>) {
  return <MessageFiles files={filesOf(message)} words={plainText(message.content, LONGEST_ALT)} tabStop={tabStop} />;
}

function Text({ message, id, find, tabStop, actions, edit }: StoredMessageProps & { edit: Edit }) {
  const files = filesOf(message);
  if (files.length > 0 && drawsNothing(message.content)) {
    return (
      <p className="sr-only" id={`${id}-body`}>
        {filesWords(files)}
      </p>
    );
  }
  return (
    <div className="message-text" id={`${id}-body`} dir="auto" data-saving={edit.isSaving || undefined}>
      <MessageText text={message.content} find={find} />
      {message.editedAt && !edit.isSaving ? (
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
  );
}

/** When the message changes, an untouched editor takes over the new text; else both texts are shown. */
function useMeanwhile(message: Message, edit: Edit, editing: boolean): void {
  const { setEditing } = useMessageActions();
  const { draft, isSaving, follow } = edit;
  const isBehind = draft !== null && (message.isDeleted || (!isSaving && message.content !== draft.base?.content));
  const isOpen = useRef(editing);
  useEffect(() => {
    isOpen.current = editing;
  });
  useEffect(() => {
    if (isBehind && follow() === 'gone' && isOpen.current) setEditing(null);
  });
}

/** Closes dialogs about a message that was deleted; the one that deletes it closes itself. */
function useClosedWhenDeleted(isDeleted: boolean, { opened, close }: RowActions): void {
  const isLeft = isDeleted && opened !== null && opened !== 'delete';
  useEffect(() => {
    if (isLeft) close();
  });
}

/** The dialog or picker that is open for this message. */
function Opened(props: StoredMessageProps & { me: string; reactions: Reactions }) {
  const { message, me, sender, mine, find, actions, reactions } = props;
  const { setEditing } = useMessageActions();
  switch (actions.opened) {
    case 'picker':
      return actions.anchor.current ? (
        <DialogPart>
          <ReactionPicker
            anchor={actions.anchor.current}
            onClose={() => actions.close()}
            onPick={(emoji) => {
              actions.close();
              reactions.toggle(emoji);
            }}
          />
        </DialogPart>
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
        <DialogPart>
          <ReceiptsDialog message={message} me={me} onClose={() => actions.close()} />
        </DialogPart>
      );
    case 'edits':
      return (
        <DialogPart>
          <EditsDialog message={message} find={find} onClose={() => actions.close()} />
        </DialogPart>
      );
    case 'report':
      return (
        <DialogPart>
          <ReportDialog message={message} sender={sender} onClose={() => actions.close()} />
        </DialogPart>
      );
    default:
      return null;
  }
}

/** After a deletion the next row takes the focus, after that of the last row the composer. */
function toNextRow(message: Message, toComposer: () => void): void {
  const row = document.querySelector(`[data-client-id="${message.clientMessageId}"]`);
  const next = row?.nextElementSibling;
  if (next instanceof HTMLElement) next.focus();
  else toComposer();
}
