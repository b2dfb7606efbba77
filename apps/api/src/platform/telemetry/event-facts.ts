export interface SocketFacts {
  userId: string;
  socketId: string;
  transport: string;
}

/** To whom a refusal was answered, and where. */
export interface RefusalFacts {
  userId: string | null;
  transport: string;
  requestId: string;
}

export interface CommandFacts extends RefusalFacts {
  /** As the client named it. */
  command: string;
}

export interface RequestFacts {
  method: string;
  path: string;
  status: number | 'aborted';
  ms: number;
  userId: string | null;
  requestId: string;
}

/** A search, without a word of it. */
export interface SearchFacts {
  userId: string;
  /** Of what was typed. */
  length: number;
  filters: readonly string[];
  hits: number;
  ms: number;
}

/** A worker as its launcher knows it: which one, and its process. */
export interface WorkerFacts {
  number: number;
  pid: number;
}
