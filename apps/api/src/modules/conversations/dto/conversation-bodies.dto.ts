import {
  type AddMembersBody,
  type ConversationType,
  type CreateConversationBody,
  type MemberRef,
  type MemberRole,
  type UpdateConversationBody,
  type UpdateMemberBody,
} from '@parley/protocol';
import { ArrayMinSize, IsBoolean, IsIn, IsUUID } from 'class-validator';
import { CursorQueryDto } from '../../../platform/http/cursor-query.dto.js';
import { IsName } from '../../../platform/names.js';
import { MayBeMissing } from '../../../platform/validation.js';
import { IsMemberRefs } from './member-refs.js';

const TYPES = ['direct', 'group'] as const;
const ROLES = ['owner', 'admin', 'member'] as const;

export class CreateConversationDto implements CreateConversationBody {
  @MayBeMissing()
  @IsUUID('loose')
  id?: string;

  @IsIn(TYPES)
  type!: ConversationType;

  @MayBeMissing()
  @IsName()
  name?: string;

  @IsMemberRefs()
  memberIds!: MemberRef[];
}

export class UpdateConversationDto implements UpdateConversationBody {
  @MayBeMissing()
  @IsName()
  name?: string;

  @MayBeMissing()
  @IsBoolean()
  isArchived?: boolean;
}

export class AddMembersDto implements AddMembersBody {
  @IsMemberRefs()
  @ArrayMinSize(1)
  memberIds!: MemberRef[];
}

export class UpdateMemberDto implements UpdateMemberBody {
  @IsIn(ROLES)
  role!: MemberRole;
}

export class ListQueryDto extends CursorQueryDto {
  @MayBeMissing()
  @IsIn(['false', 'true', 'all'])
  archived?: 'false' | 'true' | 'all';
}
