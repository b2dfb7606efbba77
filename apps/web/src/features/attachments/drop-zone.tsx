import { Upload } from 'lucide-react';
import { Isolated, isolate } from '../../ui/isolated.js';

/** Covers the conversation while files are held above it. For pointers only: the button does the same without dragging. */
export function DropZone({ title, onLeave }: { title: string; onLeave: () => void }) {
  return (
    <div
      data-testid="drop-zone"
      aria-hidden="true"
      className="drop-zone"
      onDragLeave={(event) => {
        if (event.currentTarget === event.target) onLeave();
      }}
    >
      <span className="drop-zone-words">
        <Upload size={20} strokeWidth={1.6} />
        <span>
          <Isolated text={`Drop files to send them to ${isolate(title)}`} />
        </span>
      </span>
    </div>
  );
}
