import { type ReactNode, useId } from 'react';

interface GroupProps {
  title: string;
  /** What it is about, as a sentence. */
  words?: string;
  children: ReactNode;
}

/** Part of a section of the settings. */
export function Group({ title, words, children }: GroupProps) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h4 id={id} className="pb-1 text-body font-strong">
        {title}
      </h4>
      {words ? <p className="pb-2 text-second text-ink-2">{words}</p> : null}
      {children}
    </section>
  );
}
