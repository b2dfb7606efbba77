import { createStore, type StoreApi } from 'zustand/vanilla';

export interface KeptChoice<T extends string> {
  store: StoreApi<{ choice: T }>;
  choose: (choice: T) => void;
  /** Loads the stored choice, and follows changes in other tabs. */
  follow: () => void;
}

/** One of several values, stored on this device. The first one is the default. */
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
        // Where storage is switched off the choice is lost with the page.
      }
    },
    follow: () => {
      take();
      addEventListener('storage', (event) => {
        // Null: the storage was cleared.
        if (event.key === key || event.key === null) take();
      });
    },
  };
}
