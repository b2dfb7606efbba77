import { describe, expect, it } from '@jest/globals';
import type { ConversationType, MemberRole, MessageType } from './entities.js';
import {
  fixedBy,
  isInEditWindow,
  isPermitted,
  may,
  PERMISSIONS,
  refusalOf,
  type Verb,
  verbFor,
} from './permissions.js';

const ROLES: MemberRole[] = ['member', 'admin', 'owner'];
const everyone = (type: ConversationType, verb: Verb) => ROLES.map((role) => isPermitted(verb, { role, type }));
const as = (myRole: MemberRole, type: ConversationType = 'group', isArchived = false) => ({ myRole, type, isArchived });
const by = (senderId: string, type: MessageType = 'text') => ({ senderId, type });

describe('who may', () => {
  it.each([
    ['read', [true, true, true], [true, true, true]],
    ['search', [true, true, true], [true, true, true]],
    ['see_presence', [true, true, true], [true, true, true]],
    ['mark', [true, true, true], [true, true, true]],
    ['send', [true, true, true], [true, true, true]],
    ['type', [true, true, true], [true, true, true]],
    ['stop_typing', [true, true, true], [true, true, true]],
    ['react', [true, true, true], [true, true, true]],
    ['edit_own', [true, true, true], [true, true, true]],
    ['edit_others', [false, false, false], [false, false, false]],
    ['delete_own', [true, true, true], [true, true, true]],
    ['delete_others', [false, true, true], [false, false, false]],
    ['rename', [false, true, true], 'name'],
    ['archive', [false, true, true], [true, true, true]],
    ['set_retention', [false, false, true], [false, false, false]],
    ['add_members', [false, true, true], 'members'],
    ['invite', [false, true, true], 'members'],
    ['see_invites', [false, true, true], [false, false, false]],
    ['change_roles', [false, false, true], 'members'],
    ['remove_member', [false, true, true], 'members'],
    ['remove_admin', [false, false, true], 'members'],
    ['remove_owner', [false, false, true], 'members'],
    ['leave', [true, true, true], 'members'],
    ['silence', [false, true, true], 'members'],
    ['ban', [false, true, true], 'members'],
    ['see_bans', [false, true, true], [false, false, false]],
    ['report', [true, true, true], [true, true, true]],
    ['see_reports', [false, true, true], [false, false, false]],
    ['export', [false, false, true], [true, true, true]],
  ] as const)(
    'S4.21 S4.22: %s: members, admins, owners of a group, and those of a direct conversation',
    (verb, group, direct) => {
      expect(fixedBy(verb, 'group')).toBeNull();
      expect([everyone('group', verb), fixedBy(verb, 'direct') ?? everyone('direct', verb)]).toEqual([group, direct]);
    },
  );

  it('archive, leave, read, mark and export in an archived conversation, and nothing else there', () => {
    const reading = ['read', 'search', 'see_presence', 'mark', 'stop_typing'];
    const verbs = Object.keys(PERMISSIONS) as Verb[];
    const lists = ['see_bans', 'see_reports'];
    expect(verbs.filter((verb) => may(verb, as('owner', 'group', true)))).toEqual([
      ...[...reading, 'archive', 'see_invites', 'leave'],
      ...[...lists, 'export'],
    ]);
    expect(verbs.filter((verb) => may(verb, as('owner')))).toHaveLength(verbs.length - 1);
    expect(verbs.filter((verb) => may(verb, as('member', 'direct', true)))).toEqual([...reading, 'archive', 'export']);
  });

  it('is refused by the state and the type of the conversation before their role', () => {
    expect(refusalOf('rename', as('member', 'group', true))).toBe('conflict');
    expect(refusalOf('rename', as('member', 'direct'))).toBe('conflict');
    expect(refusalOf('rename', as('member'))).toBe('forbidden');
    expect(refusalOf('archive', as('member', 'group', true))).toBe('forbidden');
    expect(refusalOf('rename', as('admin'))).toBeNull();
  });
});

describe('the change of a message', () => {
  it('S4.21 S4.22: is another one for its sender than for anybody else, whatever its type', () => {
    for (const type of ['text', 'image', 'file', 'data'] as const) {
      expect(verbFor('edit', by('ann', type), 'ann')).toBe('edit_own');
      expect(verbFor('delete', by('ann', type), 'bob')).toBe('delete_others');
    }
  });

  it('is for nobody where the server wrote it', () => {
    expect(verbFor('edit', by('ann', 'system'), 'ann')).toBeNull();
    expect(verbFor('delete', by('ann', 'system'), 'bob')).toBeNull();
  });
});

describe('the window for editing', () => {
  it('S4.21: is open up to its last millisecond', () => {
    expect([0, 900_000, 900_001].map((age) => isInEditWindow(age, 900_000))).toEqual([true, true, false]);
  });

  it('of 0 is never open', () => {
    expect(isInEditWindow(0, 0)).toBe(false);
  });
});
