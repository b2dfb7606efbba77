import { type Announcement, isBlank, LIMITS } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { type FormEvent, useId, useState } from 'react';
import { sentenceFor } from '../../api/sentences.js';
import { Button } from '../../ui/button.js';
import { Alert, Field } from '../../ui/field.js';

/** Tells everybody who is connected something, until a time or once. */
export function AnnouncementForm({ onAnnounced }: { onAnnounced: () => void }) {
  const client = useChatClient();
  const id = useId();
  const [text, setText] = useState('');
  const [until, setUntil] = useState('');
  const [state, setState] = useState<'idle' | 'busy' | 'done'>('idle');
  const [error, setError] = useState<string | null>(null);
  const tell = async () => {
    setState('busy');
    setError(null);
    try {
      // The field has the time of this device's place.
      const end = until === '' ? {} : { until: new Date(until).toISOString() };
      await client.request<Announcement>('POST', 'announcements', { text: text.trim(), ...end });
      setText('');
      setUntil('');
      setState('done');
      onAnnounced();
    } catch (thrown) {
      setState('idle');
      setError(sentenceFor(thrown));
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void tell();
  };
  return (
    <form onSubmit={submit} className="flex max-w-[560px] flex-col gap-3">
      <div>
        <label htmlFor={id} className="mb-1 block text-second font-medium text-ink-2">
          What everybody is told
        </label>
        <textarea
          id={id}
          dir="auto"
          rows={2}
          maxLength={LIMITS.announcementLength}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="block w-full rounded-control border border-edge bg-raised px-3 py-2 text-body max-[720px]:text-[16px]"
        />
      </div>
      <Field
        label="Until (optional)"
        type="datetime-local"
        value={until}
        hint="Who connects before then is told, too. Without a time, only who is there now."
        onChange={(event) => setUntil(event.target.value)}
        className="max-w-[320px]"
      />
      {error ? <Alert>{error}</Alert> : null}
      <div className="flex items-center gap-3">
        <Button kind="primary" type="submit" busy={state === 'busy'} disabled={isBlank(text)}>
          Tell everybody
        </Button>
        <output className="text-second text-ink-2">{state === 'done' ? 'Everybody was told.' : ''}</output>
      </div>
    </form>
  );
}
