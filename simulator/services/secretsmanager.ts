import { answer, AwsError, jsonOf, succeeded, withBody } from '../answer';
import { EventBus } from '../event-bus';
import { Call, inputOf } from '../request';
import { Json } from '../wire';
import { Handler, Service, World } from '../world';

/** A value as it arrived in the region of a replica. */
interface Arrived {
  readonly secret: Json;
  readonly kmsKey: string | undefined;
}

/**
 * Secrets Manager: moto shows a replica the source's value at once, whatever has become of the source's region. Here the
 * value arrives after the lag, and stays when the source's region is gone. Changes are told to EventBridge as CloudTrail
 * tells them, and labels that move as the service itself does.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/secret-event-notifications.html
 */
export function secretsmanager(world: World, bus: EventBus): Service {
  const { moto, replication } = world;
  const arrived = new Map<string, Arrived>();
  const kmsKeys = new Map<string, string>();

  const describe = (region: string, SecretId: string): Promise<Json> =>
    moto.json('secretsmanager', region, 'DescribeSecret', { SecretId });

  const replicate = async (call: Call): Promise<void> => {
    const { SecretId, Name } = inputOf<Json>(call);
    const { ARN, Name: name, ReplicationStatus = [] } = await describe(call.region, SecretId ?? Name);
    for (const { Region: to } of ReplicationStatus) {
      const value = await moto
        .json('secretsmanager', call.region, 'GetSecretValue', { SecretId: ARN })
        // A secret has no value yet.
        .catch(() => undefined);
      replication.submit({
        service: 'secretsmanager',
        from: call.region,
        to,
        resource: name,
        apply: () => {
          if (value)
            arrived.set(`${to} ${name}`, {
              secret: { ...value, ARN: arnIn(to, ARN) },
              kmsKey: kmsKeys.get(`${to} ${name}`),
            });
        },
      });
    }
  };

  /** The version that each label is attached to. */
  const labelsOf = async (region: string, id: string): Promise<ReadonlyMap<string, string>> => {
    const { VersionIdsToStages = {} } = await describe(region, id)
      // It is about to be created.
      .catch(() => ({}));
    return new Map(
      Object.entries<string[]>(VersionIdsToStages).flatMap(([version, labels]) =>
        labels.filter((label) => !SILENT_LABELS.includes(label)).map((label) => [label, version]),
      ),
    );
  };

  const tellOfLabels = async (region: string, id: string, before: ReadonlyMap<string, string>): Promise<void> => {
    const { ARN, Name: name } = await describe(region, id);
    for (const [labelUpdated, versionId] of await labelsOf(region, id)) {
      if (before.get(labelUpdated) === versionId) continue;
      await bus.emit(region, {
        source: 'aws.secretsmanager',
        detailType: 'Secret Label Updated',
        resources: [ARN],
        detail: { name, labelUpdated, versionId },
      });
    }
  };

  const writing =
    (isValue = true): Handler =>
    async (call, pass) => {
      const input = inputOf<Json>(call);
      for (const { Region, KmsKeyId } of input.AddReplicaRegions ?? []) {
        if (KmsKeyId) kmsKeys.set(`${Region} ${nameIn(input.Name ?? input.SecretId)}`, KmsKeyId);
      }
      const id = input.SecretId ?? input.Name;
      const before = isValue ? await labelsOf(call.region, id) : new Map<string, string>();
      const given = withKeys(await pass(), kmsKeys);
      if (!succeeded(given)) return given;
      if (isValue) {
        await replicate(call);
        await tellOfLabels(call.region, id, before);
      }
      await bus.emit(call.region, {
        source: 'aws.secretsmanager',
        detailType: 'AWS API Call via CloudTrail',
        detail: {
          eventVersion: '1.11',
          eventSource: 'secretsmanager.amazonaws.com',
          eventName: call.operation,
          awsRegion: call.region,
          requestParameters: { name: input.Name, secretId: input.SecretId },
          responseElements: { arn: jsonOf<Json>(given).ARN },
        },
      });
      return given;
    };

  return {
    CreateSecret: writing(),
    PutSecretValue: writing(),
    UpdateSecret: writing(),
    UpdateSecretVersionStage: writing(),
    RotateSecret: writing(),
    ReplicateSecretToRegions: writing(),
    RemoveRegionsFromReplication: writing(false),
    DeleteSecret: writing(false),
    RestoreSecret: writing(false),
    TagResource: writing(false),
    UntagResource: writing(false),
    DescribeSecret: async (_call, pass) => withKeys(await pass(), kmsKeys),
    GetSecretValue: async (call, pass) => {
      const given = await pass(ofCurrentVersion(call));
      if (!succeeded(given)) return given;
      const { PrimaryRegion: primary } = await describe(call.region, inputOf<Json>(call).SecretId);
      if (!primary || primary === call.region) return given;
      const { Name } = jsonOf<Json>(given);
      const value = arrived.get(`${call.region} ${Name}`);
      if (!value) {
        throw new AwsError(
          'ResourceNotFoundException',
          "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
        );
      }
      return answer(call, value.secret);
    },
  };
}

/** Without a version the current one is meant; moto answers with the one that was written last. */
function ofCurrentVersion(call: Call): Call {
  const input = inputOf<Json>(call);
  if (input.VersionId ?? input.VersionStage) return call;
  return { ...call, body: Buffer.from(JSON.stringify({ ...input, VersionStage: 'AWSCURRENT' })) };
}

/** Of these the service sends no event when they move. */
const SILENT_LABELS = ['AWSPENDING', 'AWSPREVIOUS'];

/** moto forgets with which key a replica is encrypted. */
function withKeys(given: Awaited<ReturnType<Handler>>, keys: ReadonlyMap<string, string>): typeof given {
  if (!succeeded(given)) return given;
  const output = jsonOf<Json>(given);
  if (!output.ReplicationStatus) return given;
  const name = output.Name ?? nameIn(output.ARN ?? '');
  output.ReplicationStatus = output.ReplicationStatus.map((status: Json) => ({
    ...status,
    KmsKeyId: keys.get(`${status.Region} ${name}`) ?? status.KmsKeyId,
  }));
  return withBody(given, output);
}

/** The name in an ARN, whose last seven characters AWS drew by chance, or the name itself. */
function nameIn(secret: string): string {
  return secret.startsWith('arn:') ? secret.split(':').slice(6).join(':').slice(0, -7) : secret;
}

function arnIn(region: string, arn: string): string {
  return arn
    .split(':')
    .map((part, i) => (i === 3 ? region : part))
    .join(':');
}
