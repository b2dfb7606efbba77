import {
  LIMITS,
  REPORT_REASONS,
  type ReportBody,
  type ReportReason,
  type ReportsQuery,
  type ResolveReportBody,
} from '@parley/protocol';
import { Equals, IsBoolean, IsIn, MaxLength, ValidateBy } from 'class-validator';
import { isStorable } from '../../../kernel/storable-text.js';
import { CursorQueryDto } from '../../../platform/http/cursor-query.dto.js';
import { MayBeMissing } from '../../../platform/validation.js';

const IsStorable = (): PropertyDecorator =>
  ValidateBy({
    name: 'isStorable',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isStorable(value),
      defaultMessage: () => 'must be text without NUL and unpaired surrogates',
    },
  });

export class ReportDto implements ReportBody {
  @IsIn(REPORT_REASONS)
  reason!: ReportReason;

  @MayBeMissing()
  @IsStorable()
  @MaxLength(LIMITS.reportComment)
  comment?: string;
}

export class ResolveReportDto implements ResolveReportBody {
  @Equals(true)
  isResolved!: true;
}

export class ReportsQueryDto extends CursorQueryDto implements ReportsQuery {
  @MayBeMissing()
  @IsBoolean()
  isResolved?: boolean;
}
