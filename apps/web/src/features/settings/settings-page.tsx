import type { Me } from '@parley/protocol';
import { ChevronLeft } from 'lucide-react';
import type { ComponentType } from 'react';
import { Link, Redirect, useLocation } from 'wouter';
import { useTitle } from '../../hooks/use-title.js';
import { Announcer } from '../../ui/announcer.js';
import { IconButton } from '../../ui/button.js';
import { NotFound } from '../../ui/not-found.js';
import { AccountSettings } from './account-settings.js';
import { AppearanceSettings } from './appearance-settings.js';
import { BlockedSettings } from './blocked-settings.js';
import { NotificationsSettings } from './notifications-settings.js';
import { ProfileSettings } from './profile-settings.js';
import { SECTIONS, type Section, settingsPath } from './sections.js';
import { SessionsSettings } from './sessions-settings.js';
import { WritingSettings } from './writing-settings.js';

const VIEWS: Record<Section['name'], ComponentType<{ user: Me }>> = {
  profile: ProfileSettings,
  appearance: AppearanceSettings,
  writing: WritingSettings,
  notifications: NotificationsSettings,
  sessions: SessionsSettings,
  blocked: BlockedSettings,
  account: AccountSettings,
};

interface SettingsPageProps {
  user: Me;
  /** Of the address; none: the first. */
  section: string | undefined;
}

/** What can be set, a section at a time, each with an address of its own. */
export default function SettingsPage({ user, section }: SettingsPageProps) {
  if (section === undefined) return <Redirect to="/settings/profile" replace />;
  const shown = SECTIONS.find(({ name }) => name === section);
  return shown ? <Settings user={user} shown={shown} /> : <NotFound />;
}

function Settings({ user, shown: { name, title } }: { user: Me; shown: Section }) {
  const View = VIEWS[name];
  const [, navigate] = useLocation();
  useTitle(`${title} · Settings`);
  return (
    <section data-region aria-label="Settings" className="h-full overflow-y-auto">
      <Announcer />
      <header className="sticky top-0 z-10 flex h-14 items-center gap-2 border-b border-line bg-paper px-4 max-[720px]:ps-1">
        <IconButton label="Back to conversations" onClick={() => navigate('/')}>
          <ChevronLeft size={22} strokeWidth={1.6} />
        </IconButton>
        <h2 className="text-title font-strong tracking-[-0.01em]">Settings</h2>
      </header>
      <div className="mx-auto flex max-w-[860px] gap-x-8 gap-y-4 px-5 py-4 max-[1080px]:flex-col">
        <SectionLinks current={name} />
        <section aria-labelledby="settings-section" className="min-w-0 max-w-[560px] flex-1">
          <h3 id="settings-section" className="pb-4 text-page font-strong tracking-[-0.01em]">
            {title}
          </h3>
          <div className="flex flex-col gap-7">
            <View user={user} />
          </div>
        </section>
      </div>
    </section>
  );
}

function SectionLinks({ current }: { current: string }) {
  return (
    <nav aria-label="Settings" className="w-44 flex-none max-[1080px]:w-auto">
      <ul className="flex flex-col gap-0.5 max-[1080px]:flex-row max-[1080px]:flex-wrap">
        {SECTIONS.map((section) => (
          <li key={section.name}>
            <Link
              href={settingsPath(section)}
              aria-current={section.name === current ? 'page' : undefined}
              className="flex h-9 items-center rounded-control px-3 text-body hover:bg-hover aria-[current=page]:bg-chosen aria-[current=page]:font-medium max-[720px]:h-11"
            >
              {section.title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
