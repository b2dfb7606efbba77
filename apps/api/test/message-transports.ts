import type { Answer, Person } from './people.js';
import type { TestSocket } from './test-socket.js';

/** What became of a command, whichever way it was given. */
interface Outcome {
  success: boolean;
  /** The error's code; null after a success. */
  code: string | null;
  /** The error object without its `requestId`, or what a success answered with. */
  body: any;
}

/** Changing messages over one transport; `more` are keys that do not belong there. */
export interface MessageTransport {
  edit(messageId: string, body: object): Promise<Outcome>;
  delete(messageId: string): Promise<Outcome>;
  react(messageId: string, body: object): Promise<Outcome>;
  unreact(messageId: string, emoji: string): Promise<Outcome>;
}

function rest(who: Person): MessageTransport {
  const told = ({ status, body }: Answer) => {
    const success = status >= 200 && status <= 299;
    return outcome(success, success ? body : body.error);
  };
  // A message is answered as itself.
  const changed = (answer: Answer) => {
    const { success, code, body } = told(answer);
    return { success, code, body: success ? { version: body.version, message: body } : body };
  };
  return {
    edit: async (id, body) => changed(await who.patch(`/messages/${id}`, body)),
    delete: async (id) => changed(await who.delete(`/messages/${id}`)),
    react: async (id, body) => told(await who.post(`/messages/${id}/reactions`, body)),
    unreact: async (id, emoji) => told(await who.delete(`/messages/${id}/reactions/${encodeURIComponent(emoji)}`)),
  };
}

const sockets = new WeakMap<Person, Promise<TestSocket>>();

function socketOf(who: Person): Promise<TestSocket> {
  const known = sockets.get(who) ?? who.connect();
  sockets.set(who, known);
  return known;
}

function overSocket(who: Person): MessageTransport {
  const ask = async (command: string, payload: object) => {
    const { success, error, ...body } = await (await socketOf(who)).ask(command, payload);
    return outcome(success, success ? body : error);
  };
  return {
    edit: (messageId, body) => ask('message:edit', { messageId, ...body }),
    delete: (messageId) => ask('message:delete', { messageId }),
    react: (messageId, body) => ask('reaction:add', { messageId, ...body }),
    unreact: (messageId, emoji) => ask('reaction:remove', { messageId, emoji }),
  };
}

function outcome(success: boolean, body: any): Outcome {
  if (success) return { success, code: null, body };
  const { requestId, ...error } = body;
  if (typeof requestId !== 'string') throw new Error(`A refusal without a requestId: ${JSON.stringify(body)}`);
  return { success, code: error.code, body: error };
}

/** Every transport that a message can be changed through. */
export const TRANSPORTS: [name: string, open: (who: Person) => MessageTransport][] = [
  ['REST', rest],
  ['a socket', overSocket],
];
