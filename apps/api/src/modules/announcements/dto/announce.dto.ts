import { type Announcement, isBlank, LIMITS } from '@parley/protocol';
import { ValidateBy } from 'class-validator';
import { isStorable } from '../../../kernel/storable-text.js';
import { MayBeMissing } from '../../../platform/validation.js';

const IsAnnouncementText = (): PropertyDecorator =>
  ValidateBy({
    name: 'isAnnouncementText',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && value.length <= LIMITS.announcementLength && !isBlank(value) && isStorable(value),
      defaultMessage: () =>
        `must be visible text of at most ${LIMITS.announcementLength} characters, without NUL and unpaired surrogates`,
    },
  });

const IsTime = (): PropertyDecorator =>
  ValidateBy({
    name: 'isTime',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value)),
      defaultMessage: () => 'must be a time such as 2026-12-31T23:00:00Z',
    },
  });

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

export class AnnounceDto implements Announcement {
  @IsAnnouncementText()
  text!: string;

  @MayBeMissing()
  @IsTime()
  until?: string;
}
