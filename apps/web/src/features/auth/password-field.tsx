import { type ComponentProps, useState } from 'react';
import { Field } from '../../ui/field.js';

type PasswordFieldProps = Omit<ComponentProps<typeof Field>, 'type' | 'aside' | 'label'> & { label?: string };

/** A password that can be shown, which on a phone is easier than typing it twice. */
export function PasswordField(props: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      label="Password"
      type={shown ? 'text' : 'password'}
      required
      aside={
        <button
          type="button"
          aria-pressed={shown}
          aria-label={shown ? 'Hide password' : 'Show password'}
          className="-my-1 rounded-inline px-0.5 py-1 text-second font-medium text-accent hover:underline"
          onClick={() => setShown(!shown)}
        >
          {shown ? 'Hide' : 'Show'}
        </button>
      }
      {...props}
    />
  );
}
