import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { classes } from './classes.js';

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactNode;
  align?: 'start' | 'end';
  side?: 'top' | 'bottom';
  /** Set where something else than its button opens it, too. */
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** Called once it is closed, and moves the focus; without it the focus returns to the button. */
  onClosed?: () => void;
  className?: string;
  children: ReactNode;
}

export function Menu(props: MenuProps) {
  const { trigger, align = 'end', side = 'bottom', open, onOpenChange, onClosed, className, children } = props;
  return (
    // Not modal: the library's scroll lock needs an inline style sheet.
    <DropdownMenu.Root modal={false} open={open} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            if (!onClosed) return;
            event.preventDefault();
            onClosed();
          }}
          className={classes('menu z-50 min-w-52 rounded-row bg-raised p-1 shadow-float', className)}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const ITEM =
  'flex h-9 items-center gap-2.5 rounded-control px-2.5 text-body outline-none select-none data-highlighted:bg-chosen max-[720px]:h-11';

interface MenuItemProps {
  icon?: ReactNode;
  danger?: boolean;
  /** The key that does the same while the menu is closed. */
  shortcut?: string;
  onSelect: () => void;
  children: ReactNode;
}

export function MenuItem({ icon, danger = false, shortcut, onSelect, children }: MenuItemProps) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      aria-keyshortcuts={shortcut}
      className={classes(ITEM, danger && 'text-danger')}
    >
      {icon}
      {children}
      {shortcut ? (
        <kbd aria-hidden="true" className="ms-auto ps-6 font-sans text-meta text-ink-3 max-[720px]:hidden">
          {shortcut}
        </kbd>
      ) : null}
    </DropdownMenu.Item>
  );
}

/** One of several emoji side by side at the top of a menu. */
export function MenuGlyph({
  label,
  onSelect,
  children,
}: Pick<MenuItemProps, 'onSelect' | 'children'> & { label: string }) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      aria-label={label}
      className="flex size-11 items-center justify-center rounded-control text-[22px] outline-none select-none data-highlighted:bg-chosen"
    >
      {children}
    </DropdownMenu.Item>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}

interface MenuChoiceProps {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
}

/** A choice among several values, the present one ticked. */
export function MenuChoice({ label, value, options, onChange }: MenuChoiceProps) {
  return (
    <>
      <DropdownMenu.Label className="px-2.5 pt-2 pb-1 text-meta text-ink-3">{label}</DropdownMenu.Label>
      <DropdownMenu.RadioGroup value={value} onValueChange={onChange}>
        {options.map((option) => (
          <DropdownMenu.RadioItem key={option.value} value={option.value} className={classes(ITEM, 'justify-between')}>
            {option.label}
            <DropdownMenu.ItemIndicator>
              <Check size={16} strokeWidth={2} className="text-accent" />
            </DropdownMenu.ItemIndicator>
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </>
  );
}
