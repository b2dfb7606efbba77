/** One way to break the product that the fuzz has to notice. */
export interface Mutation {
  name: string;
  patches: { file: string; from: string; to: string }[];
  /** Any of these oracles is the one to see it. */
  seenBy: string[];
}

export const MUTATIONS: Mutation[] = [];
