import type { UserView } from '@parley/protocol';
import { Camera, Image } from 'lucide-react';
import { useRef, useState } from 'react';
import { usePointer } from '../../hooks/use-pointer.js';
import { PersonAvatar } from '../../ui/avatar.js';
import { Button } from '../../ui/button.js';
import { Dialog, DialogActions } from '../../ui/dialog.js';
import { Alert } from '../../ui/field.js';
import { Chooser } from '../attachments/chooser.js';
import { useObjectUrl } from '../attachments/use-object-url.js';
import { CropStage, type TakeCrop } from './crop-stage.js';
import { useAvatar } from './use-avatar.js';

const UNREADABLE = 'This browser cannot show this file as a picture. Choose a JPEG, PNG or WebP.';
const ICON = { size: 17, strokeWidth: 1.6 } as const;

interface AvatarDialogProps {
  /** As others see me. */
  user: UserView;
  onClose: () => void;
}

/** One's own picture: chosen, cut to a square and kept, or removed. */
export default function AvatarDialog({ user, onClose }: AvatarDialogProps) {
  const [chosen, setChosen] = useState<File | null>(null);
  const [isUnreadable, setUnreadable] = useState(false);
  const take = useRef<TakeCrop | null>(null);
  const url = useObjectUrl(chosen);
  const { save, remove, busy, error } = useAvatar(onClose);
  const fault = isUnreadable ? UNREADABLE : error;

  function choose([file]: File[]): void {
    setUnreadable(false);
    setChosen(file ?? null);
  }

  return (
    <Dialog
      open
      title="Your picture"
      description="Everybody on this server sees it beside your name."
      onClose={onClose}
    >
      {url ? (
        <CropStage
          key={url}
          url={url}
          takeRef={take}
          onUnreadable={() => {
            setUnreadable(true);
            setChosen(null);
          }}
        />
      ) : (
        <div className="flex flex-wrap items-center gap-4 px-5 pb-3">
          <PersonAvatar user={user} size={72} />
          <div className="flex flex-wrap gap-2">
            <ChooseButtons onFiles={choose} />
            {user.avatarUrl ? (
              <Button kind="plain" busy={busy} onClick={remove}>
                Remove picture
              </Button>
            ) : null}
          </div>
        </div>
      )}
      {fault ? <Alert className="mx-5 mb-2">{fault}</Alert> : null}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        {url ? (
          <Button kind="primary" busy={busy} onClick={() => save(take.current)}>
            Save
          </Button>
        ) : null}
      </DialogActions>
    </Dialog>
  );
}

/** By touch, where cameras are, also one that takes a picture. */
function ChooseButtons({ onFiles }: { onFiles: (files: File[]) => void }) {
  const pictures = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const byTouch = usePointer() === 'touch';
  return (
    <>
      <Chooser inputRef={pictures} testId="choose-avatar" accept="image/*" onFiles={onFiles} />
      <Button onClick={() => pictures.current?.click()}>
        <Image {...ICON} aria-hidden="true" />
        Choose a picture
      </Button>
      {byTouch ? (
        <>
          <Chooser inputRef={camera} testId="take-avatar" accept="image/*" camera="user" onFiles={onFiles} />
          <Button onClick={() => camera.current?.click()}>
            <Camera {...ICON} aria-hidden="true" />
            Take a picture
          </Button>
        </>
      ) : null}
    </>
  );
}
