import { LIMITS } from '@parley/protocol';
import { SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useEffect, useId, useLayoutEffect, useState } from 'react';
import { Button } from '../../ui/button.js';
import { saveDraft, useChat } from './chat.store.js';
import { send } from './outbox.js';

interface MessageInputProps {
  conversationId: string;
  title: string;
  inputRef: RefObject<HTMLTextAreaElement | null>;
}

/** The counter appears when this little is left. Bytes. */
const SHOWN_FROM = 200;
const KEYCODE_IME = 229;
const encoder = new TextEncoder();

/** The composer: Enter sends, Shift+Enter breaks the line, an input method's own Enter does neither. */
export function MessageInput({ conversationId, title, inputRef }: MessageInputProps) {
  const text = useChat((state) => state.drafts[conversationId] ?? '');
  const id = useId();
  const left = LIMITS.contentBytes - encoder.encode(text).length;
  const wait = useWait();
  const sendable = text.trim() !== '' && left >= 0 && wait === 0;
  const notice = noticeOf(left, wait);

  function submit() {
    if (!sendable) return;
    send(conversationId, text);
    saveDraft(conversationId, '');
    inputRef.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key !== 'Enter' || event.shiftKey) return;
    if (event.nativeEvent.isComposing || event.nativeEvent.keyCode === KEYCODE_IME) return;
    event.preventDefault();
    submit();
  }

  useLayoutEffect(() => {
    const input = inputRef.current;
    if (!input || CSS.supports('field-sizing', 'content')) return;
    input.style.height = 'auto';
    if (text !== '') input.style.height = `${input.scrollHeight}px`;
  }, [inputRef, text]);

  return (
    <form
      className="beside-timeline flex-none px-5 pt-1 pb-4 max-[720px]:px-2 max-[720px]:pb-2"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="mx-auto flex max-w-[828px] items-end gap-2 rounded-sheet border border-edge bg-raised py-1.5 pr-1.5 pl-3.5 focus-within:border-accent focus-within:ring-1 focus-within:ring-accent">
        <textarea
          ref={inputRef}
          data-testid="composer"
          rows={1}
          value={text}
          placeholder={`Message ${title}`}
          aria-label={`Message ${title}`}
          aria-describedby={notice ? id : undefined}
          aria-invalid={left < 0 || undefined}
          enterKeyHint="send"
          onChange={(event) => saveDraft(conversationId, event.target.value)}
          onKeyDown={onKeyDown}
          className="composer-input min-w-0 flex-1 self-center bg-transparent py-[5px] text-body outline-none placeholder:text-ink-3 max-[720px]:text-[16px]"
        />
        <Button
          kind="primary"
          type="submit"
          disabled={!sendable}
          aria-label="Send"
          className="h-8 px-3 max-[720px]:h-9"
        >
          <SendHorizontal size={16} strokeWidth={1.8} />
        </Button>
      </div>
      {notice ? (
        <p
          id={id}
          role={left < 0 ? 'alert' : 'status'}
          className="mx-auto max-w-[828px] px-3.5 pt-1 text-meta text-ink-3"
        >
          <span className={left < 0 ? 'text-danger' : undefined}>{notice}</span>
        </p>
      ) : null}
    </form>
  );
}

function noticeOf(left: number, wait: number): string | null {
  if (left < 0)
    return `The message is too long by ${(-left).toLocaleString()} characters. Shorten it or send it in parts.`;
  if (wait > 0) return `You are sending very fast. Sending goes on in ${wait} s.`;
  return left < SHOWN_FROM ? `${left} characters left` : null;
}

/** Seconds for which the server asked my sends to wait. */
function useWait(): number {
  const until = useChat((state) => state.pausedUntil);
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (until <= Date.now()) return;
    setNow(Date.now());
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= until) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [until]);
  return now === 0 ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}
