import { LIMITS } from '@parley/protocol';
import { useChatClient, useLimits } from '@parley/react';
import { SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useId, useMemo } from 'react';
import { isSendKey, useEnterSends } from '../../../hooks/enter-key.js';
import { useGrowing } from '../../../hooks/use-growing.js';
import { pointerInUse } from '../../../hooks/use-pointer.js';
import { Button } from '../../../ui/button.js';
import { classes } from '../../../ui/classes.js';
import { isComposing } from '../../../ui/composing.js';
import { hasModifier } from '../../../ui/has-modifier.js';
import { isolate } from '../../../ui/isolated.js';
import { AttachButton } from '../../attachments/attach-button.js';
import { clearFiles } from '../../attachments/chosen-files.store.js';
import { RecordButton } from '../../attachments/voice/record-button.js';
import { useMentions } from '../../mentions/use-mentions.js';
import { useMentionable } from '../members/use-mentionable.js';
import { bytesOf, roomLeft } from '../message/content-size.js';
import { useConversationFacts, useMessageActions } from '../message/message-actions.js';
import { lastEditable } from '../message/message-rights.js';
import { drawsNothing } from '../message/plain-text.js';
import { othersOf } from '../message/receipts.js';
import { useQuotedMessage } from '../message/use-quoted-message.js';
import type { OpenConversation } from '../open-conversation.js';
import { AttachedFiles } from './attached-files.js';
import { clearDraft, type Draft, saveDraft, useDraft } from './drafts.store.js';
import { ReplyBar } from './reply-bar.js';
import { TypingLine } from './typing-line.js';
import { useAttaching } from './use-attaching.js';
import { useSendPause } from './use-send-pause.js';

interface MessageInputProps {
  open: OpenConversation;
  title: string;
  inputRef: RefObject<HTMLTextAreaElement | null>;
  onSend: (draft: Draft, files: readonly File[]) => void;
}

/** The counter is shown when fewer bytes than this are left. */
const SHOWN_FROM = 200;

/** The field of the composer: Enter sends or breaks the line, by choice; the Enter of an input method does neither. */
export function MessageInput({ open, title, inputRef, onSend }: MessageInputProps) {
  const { me } = useConversationFacts();
  const noticeId = useId();
  const draft = useDraft(open.view.id);
  const { text, replyToId } = draft;
  const target = useQuotedMessage(replyToId, open.messages.items);
  const enterSends = useEnterSends();
  const attaching = useAttaching(open.view.id);
  const { left, notice, sendable } = useSendability(text, attaching.files.length > 0);
  const { submit, sendVoice, write, dropReply } = useDraftCommands(open.view.id, inputRef);
  const people = useMentionable(useMemo(() => othersOf(open.view.members, me), [open.view.members, me]));
  const mentions = useMentions({ inputRef, text, people, onChange: write });
  const editLast = useEditLast(open);
  const chooseFiles = (files: readonly File[]) => {
    attaching.choose(files);
    // By touch the keyboard would cover what was chosen.
    if (pointerInUse() === 'mouse') inputRef.current?.focus();
  };
  const send = () => {
    if (sendable) submit(draft, attaching.files, onSend);
  };

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (mentions.takesKey(event) || isComposing(event)) return;
    if (isSendKey(event, enterSends)) send();
    else if (event.key === 'Escape' && replyToId) dropReply();
    else if (event.key !== 'ArrowUp' || hasModifier(event) || text !== '' || !editLast()) return;
    event.preventDefault();
  }

  useGrowing(inputRef, text);
  return (
    <form
      data-region
      className="beside-timeline flex-none px-5 pb-4 max-[720px]:px-2 max-[720px]:pb-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TypingLine conversationId={open.view.id} />
      <div
        data-mentions
        className="mx-auto max-w-[828px] rounded-sheet border border-edge bg-raised focus-within:border-accent focus-within:ring-1 focus-within:ring-accent"
      >
        {replyToId ? <ReplyBar target={target} me={me} onCancel={dropReply} /> : null}
        <AttachedFiles
          conversationId={open.view.id}
          attaching={attaching}
          inputRef={inputRef}
          onVoice={(file) => sendVoice(draft, file, onSend)}
        />
        <div
          hidden={attaching.isRecording}
          className={classes('flex items-end gap-2 py-1.5 pe-1.5', attaching.limits ? 'ps-1.5' : 'ps-3.5')}
        >
          {attaching.limits ? <AttachButton onFiles={chooseFiles} /> : null}
          <textarea
            ref={inputRef}
            data-testid="composer"
            rows={1}
            value={text}
            dir="auto"
            placeholder={`Message ${isolate(title)}`}
            aria-label={`Message ${title}`}
            aria-describedby={notice ? noticeId : undefined}
            aria-invalid={left < 0 || undefined}
            enterKeyHint={enterSends ? 'send' : 'enter'}
            {...mentions.inputProps}
            onChange={(event) => write(event.target.value)}
            onKeyDown={onKeyDown}
            className="composer-input min-w-0 flex-1 self-center bg-transparent py-[5px] text-body outline-none placeholder:text-ink-3 max-[720px]:text-[16px]"
          />
          {attaching.limits && text === '' && attaching.files.length === 0 ? (
            <RecordButton onClick={attaching.record} />
          ) : null}
          <SendButton disabled={!sendable} />
        </div>
      </div>
      {mentions.list}
      {notice ? <Notice id={noticeId} text={notice} isError={left < 0} /> : null}
    </form>
  );
}

/** Whether this text can be sent now, and why not. `left`: bytes. */
function useSendability(text: string, hasFiles: boolean) {
  const most = useLimits()?.contentBytes ?? LIMITS.contentBytes;
  const left = roomLeft(text, most);
  const wait = useSendPause();
  return { left, notice: noticeOf(left, wait), sendable: (hasFiles || !drawsNothing(text)) && left >= 0 && wait === 0 };
}

function useDraftCommands(conversationId: string, inputRef: MessageInputProps['inputRef']) {
  const client = useChatClient();
  const typing = useMemo(() => client.typing(conversationId), [client, conversationId]);
  return {
    write: (text: string) => {
      saveDraft(conversationId, { text });
      if (text === '') typing.stop();
      else typing.notify();
    },
    dropReply: () => {
      saveDraft(conversationId, { replyToId: null });
      inputRef.current?.focus();
    },
    submit: (draft: Draft, files: readonly File[], onSend: MessageInputProps['onSend']) => {
      onSend(draft, files);
      clearDraft(conversationId);
      clearFiles(conversationId);
      inputRef.current?.focus();
    },
    /** Files may have been dropped meanwhile, and text come from another tab: they stay. */
    sendVoice: ({ replyToId }: Draft, file: File, onSend: MessageInputProps['onSend']) => {
      onSend({ text: '', replyToId }, [file]);
      saveDraft(conversationId, { replyToId: null });
    },
  };
}

function SendButton({ disabled }: { disabled: boolean }) {
  return (
    <Button
      kind="primary"
      type="submit"
      disabled={disabled}
      aria-label="Send"
      // The second of a double click on the button that stood here and sent a voice message.
      onClick={(event) => event.detail > 1 && event.preventDefault()}
      className="h-8 px-3 max-[720px]:h-9"
    >
      <SendHorizontal size={16} strokeWidth={1.8} />
    </Button>
  );
}

function Notice({ id, text, isError }: { id: string; text: string; isError: boolean }) {
  return (
    <p id={id} role={isError ? 'alert' : 'status'} className="mx-auto max-w-[828px] px-3.5 pt-1 text-meta text-ink-3">
      <span className={isError ? 'text-danger' : undefined}>{text}</span>
    </p>
  );
}

function noticeOf(left: number, wait: number): string | null {
  if (left < 0)
    return `The message is too long by ${bytesOf(-left)}; a letter takes 1 to 4. Shorten it or send it in parts.`;
  if (wait > 0) return `You are sending very fast. Sending goes on in ${wait} s.`;
  return left < SHOWN_FROM ? `${bytesOf(left)} left` : null;
}

/** Opens my newest message for editing; false where there is none that can be edited. */
function useEditLast({ messages }: OpenConversation): () => boolean {
  const client = useChatClient();
  const facts = useConversationFacts();
  const { setEditing } = useMessageActions();
  return () => {
    const stored = messages.items.flatMap((item) => (item.kind === 'stored' ? [item.message] : []));
    const last = lastEditable(stored, facts, client.serverNow());
    if (last) setEditing(last.id);
    return last !== null;
  };
}
