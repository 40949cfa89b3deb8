import { setTimeout } from 'timers/promises';
import { SSMClient } from '@aws-sdk/client-ssm';
import { jsonLog, Log } from '../log';
import { readSwap } from '../replication/swap';
import { Replicator, Result } from './replicator';
import { requestOf } from './request';
import { settingsOf } from './settings';
import { SsmStore } from './ssm-store';

/** What an invocation did, by outcome. */
export type Summary = Record<string, number>;

/** The handler over one environment. Clients are made once and reused by later invocations. */
export function handlerOf(env: Record<string, string | undefined>, write?: Parameters<typeof jsonLog>[2]) {
  const settings = settingsOf(env);
  const log = jsonLog({ region: settings.localRegion, peer: settings.peerRegion }, settings.logLevel, write);
  const client = (region: string): SSMClient => new SSMClient({ region, maxAttempts: 6 });
  const replicator = new Replicator({
    local: new SsmStore(settings.localRegion, client(settings.localRegion)),
    peer: new SsmStore(settings.peerRegion, client(settings.peerRegion), settings.peerKeyId),
    prefix: settings.prefix,
    excludedPaths: settings.excludedPaths,
    roles: settings.roles,
    swap: readSwap(settings.valueMap),
    settle: async () => void (await setTimeout(settings.settleMilliseconds)),
  });
  return async (event: unknown): Promise<Summary> => {
    const request = requestOf(event);
    if (request.kind === 'ignored') log.info('ignored', { reason: request.reason });
    return summaryOf(await replicator.handle(request), log);
  };
}

/** @throws Error that names every parameter that failed, so that Lambda retries and then dead-letters the event */
function summaryOf(results: readonly Result[], log: Log): Summary {
  const summary: Summary = {};
  for (const { name, outcome, error } of results) {
    if (error) log.error('failed', { name, error: error.message });
    else if (outcome === 'orphan') log.warn('a copy whose original is gone', { name });
    else log.info(String(outcome), { name });
    const key = outcome ?? 'failed';
    summary[key] = (summary[key] ?? 0) + 1;
  }
  const failed = results.flatMap(({ error }) => (error ? [error.message] : []));
  if (failed.length > 0) throw new Error(`${failed.length} of ${results.length} not replicated: ${failed.join('; ')}`);
  return summary;
}

let started: ReturnType<typeof handlerOf> | undefined;

/** Entry point of the function. */
export async function handler(event: unknown): Promise<Summary> {
  started ??= handlerOf(process.env);
  return started(event);
}
