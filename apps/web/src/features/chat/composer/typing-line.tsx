import { usePeople, useTyping } from '@parley/react';
import { Isolated, isolate } from '../../../ui/isolated.js';
import { nameOf } from '../../people/names.js';
import { typingSentence } from './typing-sentence.js';

/**
 * Who is typing, over the composer. The line is always there, so that it moves no message; screen readers read each
 * sentence once, when they have nothing else to say.
 */
export function TypingLine({ conversationId }: { conversationId: string }) {
  const { userIds, count } = useTyping(conversationId);
  const people = usePeople();
  const names = userIds.map((id) => isolate(nameOf(people, id)));
  return (
    <output data-testid="typing" className="mx-auto block h-5 max-w-[828px] truncate px-3.5 text-meta text-ink-3">
      <Isolated text={typingSentence(names, count)} />
    </output>
  );
}
