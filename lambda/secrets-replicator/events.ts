import { Refusal } from './refusal';
import { SecretId, secretIdOf } from './secret-id';

/** What is to be done about one secret. */
export interface ReplicationCommand {
  /** `replicate`: value, stages, description and tags. `delete`, `restore`: by the policy of each destination. */
  readonly kind: 'replicate' | 'delete' | 'restore';
  readonly secret: SecretId;
  /** Region the change was made in; undefined in a manual call that names none. */
  readonly region?: string;
  /** When it was made, ISO 8601; undefined in a manual call. */
  readonly time?: string;
  /** Name of the API call or event, or `Manual`. */
  readonly cause: string;
  /** Destinations it is limited to; undefined for all. */
  readonly destinations?: readonly string[];
  /** The SQS message it came in. */
  readonly messageId?: string;
}

/** What an invocation asks for. */
export interface ReadEvents {
  readonly commands: readonly ReplicationCommand[];
  /** What asks for nothing, and why. */
  readonly ignored: readonly { readonly reason: string; readonly messageId?: string }[];
  /** SQS messages that cannot be read: they go back, and in the end to the dead-letter queue. */
  readonly unreadable: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/** API calls after which a destination may differ. */
const KINDS: Readonly<Record<string, ReplicationCommand['kind']>> = {
  CreateSecret: 'replicate',
  PutSecretValue: 'replicate',
  UpdateSecret: 'replicate',
  UpdateSecretVersionStage: 'replicate',
  TagResource: 'replicate',
  UntagResource: 'replicate',
  RotationSucceeded: 'replicate',
  DeleteSecret: 'delete',
  RestoreSecret: 'restore',
};

const CALL = 'AWS API Call via CloudTrail';
const SERVICE_EVENT = 'AWS Service Event via CloudTrail';
const LABEL = 'Secret Label Updated';

/**
 * Reads what a function is invoked with: an event of EventBridge (rule R-SEC-3), a manual call, or a batch of either from
 * SQS. What asks for nothing is ignored with a reason.
 *
 * @throws Refusal for a single event that cannot be read; of a batch only the message is given back
 */
export function readEvents(event: unknown): ReadEvents {
  const { Records: records } = object(event);
  if (!Array.isArray(records)) return { ...sorted(readEvent(event)), unreadable: [] };
  const unreadable: string[] = [];
  const outcomes: Outcome[] = [];
  for (const record of records.map(object)) {
    const messageId = text(record.messageId) ?? '';
    try {
      outcomes.push(...readEvent(parsed(record.body)).map((outcome) => ({ ...outcome, messageId })));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      unreadable.push(messageId);
    }
  }
  return { ...sorted(outcomes), unreadable };
}

type Outcome = ReplicationCommand | { readonly kind: 'ignored'; readonly reason: string; readonly messageId?: string };

function sorted(outcomes: readonly Outcome[]): Pick<ReadEvents, 'commands' | 'ignored'> {
  return {
    commands: outcomes.filter((outcome) => outcome.kind !== 'ignored'),
    ignored: outcomes
      .filter((outcome) => outcome.kind === 'ignored')
      .map(({ reason, messageId }) => (messageId === undefined ? { reason } : { reason, messageId })),
  };
}

function readEvent(event: unknown): Outcome[] {
  const fields = object(event);
  if (fields.source === 'manual') return manual(fields);
  if (fields.source !== 'aws.secretsmanager')
    throw new Refusal('the event is not from Secrets Manager, and no manual call');
  const region = text(fields.region);
  const time = text(fields.time);
  if (!region || !time || Number.isNaN(Date.parse(time))) throw new Refusal('the event has no region or no time');
  const detail = object(fields.detail);
  const origin = { region, time };
  switch (fields['detail-type']) {
    case CALL:
    case SERVICE_EVENT:
      return [recorded(detail, origin)];
    case LABEL:
      return [labelled(detail, fields.resources, origin)];
  }
  return [ignored('the event is of another type')];
}

/** What CloudTrail recorded. Of a service event there are no request parameters. */
function recorded(detail: Json, origin: { region: string; time: string }): Outcome {
  const cause = text(detail.eventName) ?? '';
  if (!Object.hasOwn(KINDS, cause)) return ignored('the call changes nothing that is replicated');
  if (detail.errorCode !== undefined || detail.errorMessage !== undefined) return ignored('the call failed');
  const secret = secretOf(detail);
  if (!secret) throw new Refusal('the event names no secret');
  return { kind: KINDS[cause], secret, ...origin, cause };
}

/** CloudTrail has changed the case of the key over time, and a response is more exact than a request. */
function secretOf(detail: Json): SecretId | undefined {
  const response = object(detail.responseElements);
  const additional = object(detail.additionalEventData);
  const service = object(detail.serviceEventDetails);
  const request = object(detail.requestParameters);
  const arn = [response.arn, response.ARN, response.aRN, additional.SecretId, service.secretId]
    .map(text)
    .find((value) => value !== undefined);
  if (arn !== undefined) return secretIdOf(arn, true);
  const id = [request.secretId, request.SecretId, request.name].map(text).find((value) => value !== undefined);
  return id === undefined ? undefined : secretIdOf(id);
}

function labelled(detail: Json, resources: unknown, origin: { region: string; time: string }): Outcome {
  const [arn] = Array.isArray(resources) ? resources.map(text) : [];
  const id = arn ?? text(detail.arn) ?? text(detail.name);
  if (id === undefined) throw new Refusal('the event names no secret');
  return { kind: 'replicate', secret: secretIdOf(id, id.startsWith('arn:')), ...origin, cause: LABEL };
}

/**
 * `{"source": "manual", "secretId": "app/db", "secretIds": [...], "region": ..., "destinations": [...]}`, with
 * `"kind": "delete"` where what is repeated is that a secret was deleted.
 */
function manual(fields: Json): ReplicationCommand[] {
  const given = [fields.secretId ?? [], fields.secretIds ?? [], fields.destinations ?? []].map((value) =>
    Array.isArray(value) ? value : [value],
  );
  if (!given.flat().every((value) => typeof value === 'string' && value.trim() !== '')) {
    throw new Refusal('secretId, secretIds and destinations of a manual call are names');
  }
  const [one, several, destinations] = given as string[][];
  const ids = [...new Set([...one, ...several].map((id) => id.trim()))];
  if (ids.length === 0) throw new Refusal('a manual call has secretId or secretIds');
  return ids.map((id) => ({
    kind: fields.kind === 'delete' ? 'delete' : 'replicate',
    secret: secretIdOf(id),
    cause: 'Manual',
    ...(text(fields.region) && { region: text(fields.region) }),
    ...(destinations.length > 0 && { destinations }),
  }));
}

function ignored(reason: string): Outcome {
  return { kind: 'ignored', reason };
}

function parsed(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    throw new Refusal('the message is not JSON');
  }
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
