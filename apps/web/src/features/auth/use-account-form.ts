import { type FormEvent, useRef, useState } from 'react';
import type { FieldErrors, FormRefusal } from './registration.js';

interface AccountFormOptions {
  /** Which values the server would refuse, and why. */
  faultsOf?: (data: FormData) => FieldErrors;
  send: (data: FormData) => Promise<void>;
  refusalOf: (thrown: unknown) => FormRefusal;
  /** Takes the focus where a refusal is of no field. */
  firstField: string;
}

const NOTHING: FormRefusal = { fields: {}, sentence: null };

/** Sends the values of a form. A refusal is shown at the field that it is about, which takes the focus. */
export function useAccountForm({ faultsOf, send, refusalOf, firstField }: AccountFormOptions) {
  const ref = useRef<HTMLFormElement>(null);
  const [refusal, setRefusal] = useState(NOTHING);
  const [busy, setBusy] = useState(false);

  function refuse(next: FormRefusal) {
    setRefusal(next);
    setBusy(false);
    const field = Object.keys(next.fields)[0] ?? firstField;
    ref.current?.querySelector<HTMLInputElement>(`[name=${field}]`)?.focus();
  }

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const fields = faultsOf?.(data) ?? {};
    if (Object.keys(fields).length > 0) return refuse({ fields, sentence: null });
    setBusy(true);
    try {
      await send(data);
    } catch (thrown) {
      refuse(refusalOf(thrown));
    }
  }

  return { form: { ref, onSubmit }, ...refusal, busy };
}
