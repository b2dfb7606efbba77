/** Whether the database can be used just now. */
export interface Availability {
  readonly isUp: boolean;
  /** Calls the listener whenever that changes. Returns a function that ends this. */
  onChange(listener: (isUp: boolean) => void): () => void;
}

/** A database inside this process is there as long as the process. */
export const ALWAYS_UP: Availability = { isUp: true, onChange: () => () => undefined };
