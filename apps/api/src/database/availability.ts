/** Whether the database can be used just now. */
export interface Availability {
  readonly isUp: boolean;
  /** Calls the listener whenever that changes. Returns a function that ends this. */
  onChange(listener: (isUp: boolean) => void): () => void;
}
