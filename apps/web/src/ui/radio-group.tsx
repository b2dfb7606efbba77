import { useId } from 'react';

/** The label around a radio button or a checkbox. */
export const CHOICE = 'flex min-h-8 items-center gap-2 text-body max-[720px]:min-h-11';

interface RadioGroupProps<T> {
  legend: string;
  options: readonly { value: T; words: string }[];
  /** Null: none is chosen so far. */
  value: T | null;
  onChange: (value: T) => void;
}

/** One of a few, in a dialog. */
export function RadioGroup<T extends string | number>({ legend, options, value, onChange }: RadioGroupProps<T>) {
  const name = useId();
  return (
    <fieldset className="px-5 pb-3">
      <legend className="pb-1 text-second font-strong">{legend}</legend>
      {options.map((option) => (
        <label key={option.value} className={CHOICE}>
          <input
            type="radio"
            name={name}
            required
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.words}
        </label>
      ))}
    </fieldset>
  );
}
