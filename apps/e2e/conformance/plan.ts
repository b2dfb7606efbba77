import { TRANSPORTS, type TransportName } from './transports.js';
import { DEPLOYMENTS, type DeploymentName, type Venue } from './venue.js';

/** A transport on a deployment that is started for it; `null`: on the one that is running. */
export interface Combination {
  over: TransportName;
  on: DeploymentName | null;
}

/** What `npm run conformance` is to try. */
export interface Plan {
  combinations: readonly Combination[];
  running?: Pick<Venue, 'urls' | 'issuer'>;
}

/** The variable of the environment by which jest is told. */
export const PLAN = 'PARLEY_CONFORMANCE';

export const readPlan = (): Plan => JSON.parse(process.env[PLAN] ?? '{"combinations":[]}') as Plan;

/** What the titles of its tests begin with. */
export const titleOf = ({ over, on }: Combination): string =>
  `${on === null ? 'the deployment' : DEPLOYMENTS[on].called}, over ${TRANSPORTS[over].called}`;
