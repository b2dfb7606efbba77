// A page by our hooks for React, built with Vite. What it shows, and why: README.md beside it.
import { ChatProvider, useConnection, useMessages, useSending } from '@parley/react';
import { type SubmitEvent, useState } from 'react';
import { createRoot } from 'react-dom/client';

// Of the build, never of the page's address: whoever sends somebody a link would choose who gets the token.
const {
  VITE_PARLEY_URL: url = '',
  VITE_TOKEN_URL: tokenUrl = '',
  VITE_CONVERSATION: conversation = '',
} = import.meta.env as Record<string, string>;
const getToken = async () => (await fetch(tokenUrl)).text();

/** `rate_limited` is waited out by the client, and a token that has expired replaced. */
function Line() {
  const { state, error } = useConnection();
  const { waiting, pausedUntil } = useSending();
  const limited = waiting > 0 && pausedUntil > 0 && `limited until ${new Date(pausedUntil).toLocaleTimeString()}`;
  return <output>{[state, error?.code, limited].filter(Boolean).join(', ')}</output>;
}

/** What is written is shown at once, sent when there is a connection, and stored once however often that breaks. */
function Messages({ id }: { id: string }) {
  const { items, resend, discard } = useMessages(id);
  return (
    <div role="log" aria-label="Messages">
      <ol>
        {items.map((item) =>
          item.kind === 'stored' ? (
            <li key={item.key}>{item.message.content}</li>
          ) : (
            <li key={item.key}>
              {item.entry.content} ({item.failure?.code ?? 'on its way'})
              {item.failure?.retryable && (
                <button type="button" onClick={() => resend(item.key)}>
                  Send again
                </button>
              )}
              {item.failure && (
                <button type="button" onClick={() => discard(item.key)}>
                  Discard
                </button>
              )}
            </li>
          ),
        )}
      </ol>
    </div>
  );
}

function Composer({ id }: { id: string }) {
  const { send } = useMessages(id);
  const [text, setText] = useState('');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    send({ content: text });
    setText('');
  };
  return (
    <form onSubmit={submit}>
      <label>
        Message <input value={text} required onChange={({ target }) => setText(target.value)} />
      </label>
      <button>Send</button>
    </form>
  );
}

createRoot(document.body).render(
  <ChatProvider options={{ url, getToken }}>
    <Line />
    <Messages id={conversation} />
    <Composer id={conversation} />
  </ChatProvider>,
);
