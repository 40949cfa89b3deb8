import { required } from '../environment';

/** What the environment of the function says. */
export interface Settings {
  readonly localRegion: string;
  readonly peerRegion: string;
  /** Key of the other region. Undefined: the key of AWS. */
  readonly peerKeyId?: string;
  readonly prefix: string;
  readonly excludedPaths: readonly string[];
  readonly roles: readonly string[];
  /** Pairs of strings that stand for each other, as `readSwap` reads them. */
  readonly valueMap: unknown;
  readonly settleMilliseconds: number;
  /** As Lambda hands it over from the function's logging configuration. */
  readonly logLevel?: string;
}

/** How long events that are on their way are waited for, where nothing else is said. */
const SETTLE_MILLISECONDS = '5000';

/** @throws Error that names a variable that is missing */
export function settingsOf(env: Record<string, string | undefined>): Settings {
  const given = required(env, 'AWS_REGION', 'TARGET_REGION', 'PREFIX', 'REPLICATOR_ROLES');
  return {
    localRegion: given.AWS_REGION,
    peerRegion: given.TARGET_REGION,
    peerKeyId: env.TARGET_KEY_ARN,
    prefix: given.PREFIX,
    excludedPaths: JSON.parse(env.EXCLUDED_PATHS ?? '[]'),
    roles: JSON.parse(given.REPLICATOR_ROLES),
    valueMap: JSON.parse(env.VALUE_MAP ?? '[]'),
    settleMilliseconds: Number(env.SETTLE_MILLISECONDS ?? SETTLE_MILLISECONDS),
    logLevel: env.AWS_LAMBDA_LOG_LEVEL,
  };
}
