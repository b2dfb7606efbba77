import { Camera, File as FileIcon, Image, Paperclip } from 'lucide-react';
import { useRef } from 'react';
import { usePointer } from '../../hooks/use-pointer.js';
import { IconButton } from '../../ui/button.js';
import { Menu, MenuItem } from '../../ui/menu.js';
import { Chooser } from './chooser.js';

interface AttachButtonProps {
  onFiles: (files: File[]) => void;
}

/** Opens the browser's dialog; by touch, where cameras are, a menu of what can be chosen. */
export function AttachButton({ onFiles }: AttachButtonProps) {
  const files = useRef<HTMLInputElement>(null);
  const pictures = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const byTouch = usePointer() === 'touch';
  const icon = <Paperclip size={18} strokeWidth={1.6} />;
  return (
    <>
      <Chooser inputRef={files} testId="choose-files" isMultiple onFiles={onFiles} />
      {byTouch ? (
        <>
          <Chooser inputRef={pictures} testId="choose-pictures" accept="image/*,video/*" isMultiple onFiles={onFiles} />
          <Chooser inputRef={camera} testId="take-picture" accept="image/*" camera="environment" onFiles={onFiles} />
          <Menu align="start" side="top" trigger={<AttachIcon>{icon}</AttachIcon>}>
            <MenuItem icon={<Camera size={17} strokeWidth={1.6} />} onSelect={() => camera.current?.click()}>
              Take a picture
            </MenuItem>
            <MenuItem icon={<Image size={17} strokeWidth={1.6} />} onSelect={() => pictures.current?.click()}>
              Pictures and videos
            </MenuItem>
            <MenuItem icon={<FileIcon size={17} strokeWidth={1.6} />} onSelect={() => files.current?.click()}>
              Files
            </MenuItem>
          </Menu>
        </>
      ) : (
        <AttachIcon onClick={() => files.current?.click()}>{icon}</AttachIcon>
      )}
    </>
  );
}

/** Its other properties are those of a button: a menu adds its own. */
function AttachIcon(props: Omit<Parameters<typeof IconButton>[0], 'label'>) {
  return <IconButton label="Attach files" {...props} className="size-8 max-[720px]:size-9" />;
}
