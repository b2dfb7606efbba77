import { useEffect, useState } from 'react';
import { onAnnouncement } from './announcements.js';
import { Isolated } from './isolated.js';

/** Reads out what was done, in a view that shows no conversation, whose log does so. */
export function Announcer() {
  const [said, setSaid] = useState({ count: 0, text: '' });
  useEffect(() => onAnnouncement((text) => setSaid(({ count }) => ({ count: count + 1, text }))), []);
  return (
    <output className="sr-only">
      {/* An element of its own each time: the same words again are news, too. */}
      <span key={said.count}>
        <Isolated text={said.text} />
      </span>
    </output>
  );
}
