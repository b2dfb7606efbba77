import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { notFound } from '../../kernel/errors.js';
import { Needs, Refuses } from '../documented.js';
import { ChargedElsewhere } from '../limits/rate-limit.guard.js';
import { Metrics } from '../telemetry/metrics.js';
import { mayReadMetrics } from './metrics-access.js';
import { type ApiRequest, Public } from './request.js';

/** For what collects figures of the process. */
@Public()
@ChargedElsewhere()
@Controller('metrics')
export class MetricsController {
  private readonly token: string | null;

  constructor(
    private readonly metrics: Metrics,
    @Inject(CONFIG) { metricsToken }: Config,
  ) {
    this.token = metricsToken;
  }

  /** Figures of this node, in the format of OpenMetrics: to who asks from the same machine, or with `METRICS_TOKEN`. */
  @Get()
  @Needs('public')
  @Refuses('not_found')
  @Header('Content-Type', Metrics.contentType)
  @Header('Cache-Control', 'no-store')
  read(@Req() request: ApiRequest): Promise<string> {
    if (!mayReadMetrics(request, this.token)) throw notFound();
    return this.metrics.text();
  }
}
