import { ReplicationCommand } from './events';
import { DestinationResult } from './results';

/** A message that has a secret tried again, by a function it is sent to. */
export interface ReplayMessage {
  readonly source: 'manual';
  readonly secretId: string;
  /** The ones that failed; undefined when not even the list of destinations could be read. */
  readonly destinations?: readonly string[];
  readonly kind?: 'delete';
}

/** Takes messages. */
export interface Queue {
  /** @throws Failure when the message was not taken */
  send(message: ReplayMessage): Promise<void>;
}

/** Stands for all destinations where their list could not be read. */
export const ALL = '*';

/** What has to be done again for a secret; undefined when nothing has. */
export function replayOf(
  { secret, kind }: Pick<ReplicationCommand, 'secret' | 'kind'>,
  failed: readonly DestinationResult[],
): ReplayMessage | undefined {
  if (failed.length === 0) return undefined;
  const destinations = failed.map(({ destination }) => destination);
  return {
    source: 'manual',
    secretId: secret.name ?? secret.id,
    ...(!destinations.includes(ALL) && { destinations }),
    ...(kind === 'delete' && { kind }),
  };
}
