import { Controller, Post } from '@nestjs/common';
import type { Announcement } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { ValidBody } from '../../platform/http/valid.js';
import { AnnouncementsService } from './announcements.service.js';
import { AnnounceDto } from './dto/announce.dto.js';

@Controller('announcements')
export class AnnouncementsController {
  constructor(private readonly announcements: AnnouncementsService) {}

  /** For server admins: tells everybody who is connected to any node, in place of what was announced before. */
  @Post()
  @Needs('server_admin')
  announce(
    @CurrentPrincipal() { userId }: Principal,
    @ValidBody(AnnounceDto) body: AnnounceDto,
  ): Promise<Announcement> {
    return this.announcements.announce(userId, body);
  }
}
