import type { Message } from '@parley/protocol';
import { announceCopy } from '../../../../ui/announcements.js';
import { Refusal, RefusalButton } from '../../../../ui/refusal.js';
import { useConversationFacts, useMessageActions } from '../message-actions.js';
import { canWrite } from '../message-rights.js';
import { isTouched } from './edit-drafts.store.js';
import { CHANGED } from './edit-refusals.js';
import type { Edit } from './use-edit.js';

interface UnsavedEditProps {
  message: Message;
  edit: Edit;
  editing: boolean;
}

/** A text of mine that was not saved, the reason, and what can be done with it. */
export function UnsavedEdit({ message, edit, editing }: UnsavedEditProps) {
  const { draft } = edit;
  if (editing || draft === null || !isTouched(draft)) return null;
  const way = wayOf(message, edit);
  return (
    <div data-testid="unsaved-edit">
      <Refusal>
        <span>
          <b className="font-strong">{way === 'edit' ? 'Not saved.' : 'Not changed.'}</b> {reasonOf(message, edit)} Your
          text:
        </span>
        <span className="line-clamp-6 w-full whitespace-pre-wrap text-ink" dir="auto">
          {draft.text}
        </span>
        <Ways way={way} message={message} edit={edit} text={draft.text} />
      </Refusal>
    </div>
  );
}

interface WaysProps extends Pick<UnsavedEditProps, 'message' | 'edit'> {
  way: Way;
  text: string;
}

function Ways({ way, message, edit, text }: WaysProps) {
  const { setEditing } = useMessageActions();
  return (
    <>
      {way === 'again' ? <RefusalButton onClick={edit.keepMine}>Try again</RefusalButton> : null}
      {way === 'choose' ? (
        <>
          <RefusalButton onClick={edit.keepMine}>Keep mine</RefusalButton>
          <RefusalButton onClick={edit.drop}>Take theirs</RefusalButton>
        </>
      ) : null}
      {way === 'new' ? (
        <NewMessageWays edit={edit} text={text} />
      ) : (
        <RefusalButton onClick={() => setEditing(message.id)}>Edit</RefusalButton>
      )}
      {way === 'choose' ? null : <RefusalButton onClick={edit.drop}>Discard</RefusalButton>}
    </>
  );
}

function NewMessageWays({ edit, text }: Pick<WaysProps, 'edit' | 'text'>) {
  const { copyText } = useMessageActions();
  const facts = useConversationFacts();
  return (
    <>
      {canWrite(facts) ? <RefusalButton onClick={edit.sendAsNew}>Send as a new message</RefusalButton> : null}
      <RefusalButton onClick={() => announceCopy(copyText(text))}>Copy text</RefusalButton>
    </>
  );
}

type Way = 'again' | 'choose' | 'new' | 'edit';

/** The actions that can succeed: nothing is offered that would be refused again. */
function wayOf(message: Message, { refusal, isOvertaken }: Edit): Way {
  const remedy = refusal?.remedy;
  if (message.isDeleted || remedy === 'never') return 'new';
  if (isOvertaken || remedy === 'changed') return 'choose';
  return remedy === 'again' ? 'again' : 'edit';
}

function reasonOf(message: Message, { refusal, isOvertaken }: Edit): string {
  if (message.isDeleted) return 'The message was deleted.';
  if (refusal) return refusal.sentence;
  return isOvertaken ? CHANGED : 'The editor was closed.';
}
