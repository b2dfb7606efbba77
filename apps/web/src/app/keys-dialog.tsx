import { IS_APPLE } from '../hooks/platform.js';
import { Dialog } from '../ui/dialog.js';

const COMMAND = IS_APPLE ? '⌘' : 'Ctrl';
const ALT = IS_APPLE ? '⌥' : 'Alt';

const SECTIONS: { title: string; keys: [keys: string[], what: string][] }[] = [
  {
    title: 'Anywhere',
    keys: [
      [[COMMAND, 'K'], 'Go to a conversation, a person or an action'],
      [[COMMAND, 'F'], 'Search'],
      [[ALT, '↑ ↓'], 'The conversation above or below'],
      [[ALT, 'Shift', '↑ ↓'], 'The next one that is unread'],
      [['F6'], 'The next part of the page: list, messages, composer, panel'],
      [[COMMAND, '/'], 'These keys'],
    ],
  },
  {
    title: 'In the composer',
    keys: [
      [['↑'], 'Edit your last message, where nothing is written'],
      [['@'], 'Mention somebody'],
      [['Shift', 'Enter'], 'A new line'],
      [['Esc'], 'Drop the reply, else mark all as read and go to the end'],
    ],
  },
  {
    title: 'On a message',
    keys: [
      [['↑ ↓'], 'The message above or below'],
      [['R'], 'Reply'],
      [['E'], 'Edit'],
      [['Enter'], 'Into its links and buttons'],
      [['Esc'], 'Out of them, then to the composer'],
    ],
  },
];

/** Every key that does something, for whoever asks by Ctrl+/ or in the palette. */
export default function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" open onClose={onClose}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and has nothing else that takes the focus */}
      <section aria-label="Keys" tabIndex={0} className="min-h-0 flex-1 overflow-y-auto px-5 pb-4">
        {SECTIONS.map(({ title, keys }) => (
          <div key={title}>
            <h3 className="pt-2 pb-1 text-meta text-ink-3">{title}</h3>
            <dl>
              {keys.map(([names, what]) => (
                <div key={what} className="flex flex-row-reverse items-baseline justify-between gap-4 py-1">
                  <dt className="flex flex-none gap-1">
                    {names.map((name) => (
                      <kbd
                        key={name}
                        className="rounded-inline border border-line bg-wash px-1.5 font-sans text-meta text-ink-2"
                      >
                        {name}
                      </kbd>
                    ))}
                  </dt>
                  <dd className="text-second">{what}</dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
      </section>
    </Dialog>
  );
}
