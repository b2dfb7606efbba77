import type { Patch } from '@parley/testkit';

/** One way to break the product that the fuzz has to notice. */
export interface Mutation {
  name: string;
  patches: Patch[];
  /** Letters of the oracles of which one has to see it. */
  seenBy: string[];
}

export const MUTATIONS: Mutation[] = [
  {
    name: 'no hold-back of live events while a sync has more',
    patches: [
      {
        file: 'packages/client/src/model/reducers/in-order.ts',
        // Without the second condition the gap check would hold nearly all of them back all the same.
        from: 'if (conversation.isSyncing || version !== conversation.cursor + 1)',
        to: 'if (!conversation.isSyncing && version !== conversation.cursor + 1)',
      },
    ],
    seenBy: ['(a)', '(c)'],
  },
  {
    name: 'the cursor moved by a page of messages',
    patches: [
      {
        file: 'packages/client/src/model/paging.ts',
        from: '  conversation.messages.insert(rows);\n',
        to: '  conversation.messages.insert(rows);\n  conversation.cursor = Math.max(conversation.cursor, ...items.map((each) => each.version));\n',
      },
    ],
    seenBy: ['(a)', '(c)'],
  },
  {
    name: 'a removal outside the version order: sockets leave after a moment instead of in their turn',
    patches: [
      {
        file: 'apps/api/src/realtime/hub/broadcaster.ts',
        from: 'if (event.left) this.leave(conversationId, event.left);',
        to: 'const { left } = event;\n    if (left) setTimeout(() => this.leave(conversationId, left), 10);',
      },
    ],
    seenBy: ['(g)'],
  },
  {
    name: 'a slow line is not noticed: every connection asks through the socket again',
    patches: [{ file: 'packages/client/src/sync/syncer.ts', from: '          this.#isSlow = true;\n', to: '' }],
    seenBy: ['(q)'],
  },
  {
    name: 'the client leaves what replies show of a message as it was before an edit',
    patches: [
      {
        file: 'packages/client/src/model/quotes.ts',
        from: 'if (editedAt === null && !isDeleted) return;',
        to: 'if (!isDeleted) return;',
      },
    ],
    seenBy: ['(a)', '(c)'],
  },
  {
    name: 'a reply to what is deleted still quotes something',
    patches: [
      {
        file: 'apps/api/src/modules/messages/message-views.ts',
        from: "excerpts.get(keyOf({ conversationId, seq: replyTo.seq })) ?? ''",
        to: "excerpts.get(keyOf({ conversationId, seq: replyTo.seq })) ?? 'deleted'",
      },
    ],
    seenBy: ['(a)', '(e)'],
  },
  {
    name: 'in a group that has become small enough nobody is told of the marks of before',
    patches: [
      {
        file: 'apps/api/src/modules/conversations/member-removal.ts',
        from: '    if (becomesSmall(conversation)) await this.repository.renumberMarks(tx, conversation.id);\n',
        to: '',
      },
      {
        // Each of the two makes up for the other.
        file: 'packages/client/src/model/conversation.ts',
        from: '    this.receipts = 0;\n    this.members.isLoaded = false;\n',
        to: '',
      },
    ],
    seenBy: ['(a)'],
  },
];
