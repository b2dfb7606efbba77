import { createStore } from 'zustand/vanilla';

const KEY = 'parley.push';

/** Who is told by this browser while the app is closed, and by which subscription; null: nobody. */
interface Subscriber {
  userId: string;
  id: string;
}

const store = createStore<{ subscriber: Subscriber | null }>(() => ({ subscriber: null }));

/** Of one person alone: who signs in here next has not asked for it. */
export const pushChoice = {
  store,
  idOf: (userId: string): string | null => {
    const { subscriber } = store.getState();
    return subscriber?.userId === userId ? subscriber.id : null;
  },
  set: (subscriber: Subscriber | null): void => {
    store.setState({ subscriber });
    try {
      if (subscriber === null) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, `${subscriber.userId} ${subscriber.id}`);
    } catch {
      // Where storage is switched off the browser is asked anew each time.
    }
  },
  /** Loads what is stored, and follows changes in other tabs. */
  follow: (): void => {
    take();
    addEventListener('storage', ({ key }) => {
      if (key === KEY || key === null) take();
    });
  },
};

function take(): void {
  store.setState({ subscriber: stored() });
}

function stored(): Subscriber | null {
  try {
    const [userId, id] = localStorage.getItem(KEY)?.split(' ') ?? [];
    return userId && id ? { userId, id } : null;
  } catch {
    return null;
  }
}
