import type { Hold } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { type FormEvent, useState } from 'react';
import { sentenceFor } from '../../api/sentences.js';
import { Button } from '../../ui/button.js';
import { Alert, Field } from '../../ui/field.js';

const ID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/iu;

/** Keeps the messages of a conversation from expiring, or lets them again. Of the conversation it shows nothing. */
export function Holds({ onChanged }: { onChanged: () => void }) {
  const client = useChatClient();
  const [text, setText] = useState('');
  const [found, setFound] = useState<Hold | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const id = ID.exec(text)?.[0];
  const ask = async (method: 'GET' | 'PUT', body?: Hold) => {
    setBusy(true);
    setError(null);
    try {
      setFound(await client.request<Hold>(method, `conversations/${id}/hold`, body));
      if (body) onChanged();
    } catch (thrown) {
      setError(sentenceFor(thrown));
    }
    setBusy(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void (found ? ask('PUT', { isHeld: !found.isHeld }) : ask('GET'));
  };
  return (
    <form onSubmit={submit} className="flex max-w-[560px] flex-col gap-3">
      <Field
        label="Conversation"
        autoComplete="off"
        spellCheck={false}
        value={text}
        hint="Its address in the browser of somebody who is in it, or its id."
        onChange={(event) => {
          setText(event.target.value);
          setFound(null);
          setError(null);
        }}
      />
      {error ? <Alert>{error}</Alert> : null}
      <div className="flex items-center gap-3">
        <Button kind="primary" type="submit" busy={isBusy} disabled={id === undefined}>
          {found === null ? 'Find it' : found.isHeld ? 'Release it' : 'Hold it'}
        </Button>
        <output className="text-second text-ink-2">{found ? wordsOf(found) : ''}</output>
      </div>
    </form>
  );
}

function wordsOf({ isHeld }: Hold): string {
  return isHeld ? 'It is held: nothing in it expires.' : 'It is not held: its messages expire as they are set to.';
}
