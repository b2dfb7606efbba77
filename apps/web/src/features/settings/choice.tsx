import { RadioGroup } from '../../ui/radio-group.js';

interface ChoiceProps<T> {
  legend: string;
  options: readonly { value: T; words: string }[];
  value: T;
  onChange: (value: T) => void;
}

/** One of a few, kept as soon as it is chosen. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  return (
    // The group is made for dialogs, whose sides it keeps free.
    <div className="-mx-5 -mb-3">
      <RadioGroup {...props} />
    </div>
  );
}
