import type { ReactNode } from 'react';
import { BASE_PATH } from '../../api/http.js';
import { FramedNotice } from './framed-notice.js';

/** The frame of the pages for those who are not signed in. */
export function AuthPage({ title, subtitle, children }: { title: string; subtitle: string; children: ReactNode }) {
  return (
    <main className="h-full overflow-y-auto bg-paper">
      <div className="mx-auto flex min-h-full w-[min(360px,calc(100vw-40px))] flex-col pt-[14vh] pb-10 max-[720px]:pt-[8vh]">
        <p className="mb-10 flex items-center gap-2.5 text-title font-strong tracking-[-0.01em]">
          <img src={`${BASE_PATH}/icon.svg`} alt="" width={28} height={28} />
          Parley
        </p>
        <h1 className="text-page font-strong tracking-[-0.01em]">{title}</h1>
        <p className="mt-1 mb-6 text-body text-ink-2">{subtitle}</p>
        <FramedNotice />
        {children}
      </div>
    </main>
  );
}
