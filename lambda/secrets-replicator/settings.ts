import { required } from '../environment';
import { OWN_PREFIX } from './names';

/** What the environment of the function says. */
export interface Settings {
  /** The region the function runs in, which is the source. */
  readonly region: string;
  /** Name or ARN of the secret with the destinations. */
  readonly configSecret: string;
  /** The one destination that is served; undefined for all of them. */
  readonly destination?: string;
  /** Where it goes what may succeed later. */
  readonly retryQueueUrl?: string;
  /** Where it goes what will not succeed without somebody's doing. */
  readonly deadLetterQueueUrl?: string;
  readonly metricNamespace: string;
  /** Name of the construct, a dimension of the metrics. */
  readonly replicator: string;
  /** How many destinations are written at the same time. */
  readonly parallel: number;
  /** No work is begun when an invocation has less time left than that. */
  readonly deadlineMarginMilliseconds: number;
  /** As Lambda hands it over from the function's logging configuration. */
  readonly logLevel?: string;
}

/** @throws Error that names a variable that is missing or is no number */
export function settingsOf(env: Record<string, string | undefined>): Settings {
  const { AWS_REGION: region } = required(env, 'AWS_REGION');
  return {
    region,
    configSecret: env.CONFIG_SECRET || `${OWN_PREFIX}destinations`,
    destination: env.DESTINATION || undefined,
    retryQueueUrl: env.RETRY_QUEUE_URL || undefined,
    deadLetterQueueUrl: env.DEAD_LETTER_QUEUE_URL || undefined,
    metricNamespace: env.METRIC_NAMESPACE || 'SecretsReplicator',
    replicator: env.REPLICATOR || 'secrets-replicator',
    parallel: whole(env, 'PARALLEL', 10),
    deadlineMarginMilliseconds: whole(env, 'DEADLINE_MARGIN_MS', 3000),
    logLevel: env.AWS_LAMBDA_LOG_LEVEL,
  };
}

function whole(env: Record<string, string | undefined>, name: string, otherwise: number): number {
  const value = Number(env[name] || otherwise);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} is no whole number of at least 1`);
  return value;
}
