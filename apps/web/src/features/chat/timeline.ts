import type { Message, MessagePage } from '@parley/protocol';
import type { ConversationState, Timeline } from './conversation-state.js';

/** Rows kept of a conversation that is not shown. */
const KEPT = 200;

/** Both lists ascending by seq; of two rows with one seq the greater `version` wins. */
export function mergeMessages(held: Message[], coming: Message[]): Message[] {
  const first = coming[0];
  if (!first) return held;
  const last = held.at(-1);
  if (!last || last.seq < first.seq) return held.concat(coming);
  const merged: Message[] = [];
  let left = 0;
  let right = 0;
  while (left < held.length || right < coming.length) {
    const a = held[left];
    const b = coming[right];
    if (a && b && a.seq === b.seq) {
      merged.push(b.version > a.version ? b : a);
      left += 1;
      right += 1;
    } else if (a && (!b || a.seq < b.seq)) {
      merged.push(a);
      left += 1;
    } else if (b) {
      merged.push(b);
      right += 1;
    }
  }
  return merged;
}

/** The newest page arrived. Rows held from before stay where they touch it; beyond a hole they are dropped. */
export function withNewest(timeline: Timeline, page: MessagePage): Timeline {
  const first = page.items[0];
  const last = timeline.items.at(-1);
  const touches = first !== undefined && last !== undefined && last.seq >= first.seq - 1;
  const older = timeline.items[0];
  const keeps = touches && older !== undefined && older.seq < first.seq;
  return {
    status: 'ready',
    items: touches ? mergeMessages(timeline.items, page.items) : page.items,
    olderCursor: keeps ? timeline.olderCursor : page.nextCursor,
    older: 'idle',
  };
}

/** A page of older rows arrived. */
export function withOlder(timeline: Timeline, page: MessagePage): Timeline {
  return {
    ...timeline,
    items: mergeMessages(page.items, timeline.items),
    olderCursor: page.nextCursor,
    older: 'idle',
  };
}

/** One row, arrived live or with an acknowledgement. Nothing is kept of a timeline that was never opened. */
export function withMessage(timeline: Timeline, message: Message): Timeline {
  if (timeline.status === 'empty' || timeline.status === 'failed') return timeline;
  return { ...timeline, items: mergeMessages(timeline.items, [message]) };
}

/** Drops what a conversation that is not shown any more need not keep. */
export function trimmed(state: ConversationState): ConversationState {
  const { timeline } = state;
  const surplus = timeline.items.length - KEPT;
  if (surplus <= 0) return state;
  const items = timeline.items.slice(surplus);
  return { ...state, timeline: { ...timeline, items, olderCursor: String(items[0]?.seq ?? ''), older: 'idle' } };
}
