import { createStore, type StoreApi } from 'zustand/vanilla';

export interface KeptChoice<T extends string> {
  store: StoreApi<{ choice: T }>;
  choose: (choice: T) => void;
  /** Takes what is kept, and follows the other tabs. */
  follow: () => void;
}

/** One of several values, kept on this device. The first one is what holds without a choice. */
export function keptChoice<T extends string>(key: string, values: readonly [T, ...T[]]): KeptChoice<T> {
  const [usual] = values;
  const store = createStore<{ choice: T }>(() => ({ choice: usual }));
  const take = () => store.setState({ choice: stored() });

  function stored(): T {
    try {
      const value = localStorage.getItem(key);
      return values.find((each) => each === value) ?? usual;
    } catch {
      return usual;
    }
  }

  return {
    store,
    choose: (choice) => {
      store.setState({ choice });
      try {
        if (choice === usual) localStorage.removeItem(key);
        else localStorage.setItem(key, choice);
      } catch {
        // Storage may be switched off: the choice then lasts as long as the page.
      }
    },
    follow: () => {
      take();
      addEventListener('storage', (event) => {
        // Null: all of it was cleared.
        if (event.key === key || event.key === null) take();
      });
    },
  };
}
