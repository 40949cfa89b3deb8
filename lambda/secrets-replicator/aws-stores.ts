import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { Call, calling, callingUnless } from '../replication/failure';
import {
  Content,
  DestinationStores,
  ListedSecret,
  NewSecret,
  SecretDescription,
  SecretStore,
  SecretVersion,
} from './ports';

/** The label of a version that waits to become current. It stays with the last copy, which keeps that from being pruned. */
const STAGED = 'DR_REPLICA';

/** A call is repeated by the caller, who knows how much time is left. */
const ONCE = { maxAttempts: 1, requestHandler: { connectionTimeout: 2000, requestTimeout: 5000 } };

/** Secrets Manager of one region and account, over its API. */
export class AwsStore implements SecretStore {
  constructor(
    public readonly region: string,
    private readonly client: SecretsManagerClient,
  ) {}

  public async describe(id: string): Promise<SecretDescription | undefined> {
    const answer = await callingUnless(['ResourceNotFoundException'], this.call('DescribeSecret', id), () =>
      this.client.send(new DescribeSecretCommand({ SecretId: id })),
    );
    if (!answer) return undefined;
    const [current] =
      Object.entries(answer.VersionIdsToStages ?? {}).find(([, stages]) => stages.includes('AWSCURRENT')) ?? [];
    return {
      arn: answer.ARN ?? '',
      name: answer.Name ?? '',
      description: answer.Description ?? '',
      kmsKeyId: answer.KmsKeyId,
      tags: Object.fromEntries((answer.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
      deleted: answer.DeletedDate !== undefined,
      current,
      primaryRegion: answer.PrimaryRegion,
    };
  }

  public async current(id: string): Promise<SecretVersion | undefined> {
    // Of a secret that waits for its deletion, InvalidRequestException is what AWS answers.
    const gone = ['ResourceNotFoundException', 'InvalidRequestException'];
    const answer = await callingUnless(gone, this.call('GetSecretValue', id), () =>
      this.client.send(new GetSecretValueCommand({ SecretId: id, VersionStage: 'AWSCURRENT' })),
    );
    return (
      answer && {
        id: answer.VersionId ?? '',
        created: answer.CreatedDate?.getTime() ?? 0,
        content: answer.SecretBinary ? { binary: answer.SecretBinary } : { text: answer.SecretString ?? '' },
      }
    );
  }

  public async create(name: string, { token, content, description, tags, kmsKeyId }: NewSecret): Promise<boolean> {
    const answer = await callingUnless(['ResourceExistsException'], this.call('CreateSecret', name), () =>
      this.client.send(
        new CreateSecretCommand({
          Name: name,
          ClientRequestToken: token,
          ...inputOf(content),
          Description: description || undefined,
          KmsKeyId: kmsKeyId,
          Tags: tagsOf(tags),
        }),
      ),
    );
    return answer !== undefined;
  }

  public async stage(name: string, token: string, content: Content): Promise<boolean> {
    const conflicts = ['ResourceExistsException', 'ResourceNotFoundException'];
    const answer = await callingUnless(conflicts, this.call('PutSecretValue', name), () =>
      this.client.send(
        new PutSecretValueCommand({
          SecretId: name,
          ClientRequestToken: token,
          ...inputOf(content),
          VersionStages: [STAGED],
        }),
      ),
    );
    return answer !== undefined;
  }

  public async promote(name: string, from: string, to: string): Promise<boolean> {
    // What AWS answers when the label is no longer where it is to be removed from.
    const conflicts = ['InvalidParameterException', 'ResourceNotFoundException'];
    const answer = await callingUnless(conflicts, this.call('UpdateSecretVersionStage', name), () =>
      this.client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: name,
          VersionStage: 'AWSCURRENT',
          RemoveFromVersionId: from,
          MoveToVersionId: to,
        }),
      ),
    );
    return answer !== undefined;
  }

  public async update(name: string, change: { description?: string; kmsKeyId?: string }): Promise<void> {
    const { description: Description, kmsKeyId: KmsKeyId } = change;
    await calling(this.call('UpdateSecret', name), () =>
      this.client.send(new UpdateSecretCommand({ SecretId: name, Description, KmsKeyId })),
    );
  }

  public async tag(name: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await calling(this.call('TagResource', name), () =>
      this.client.send(new TagResourceCommand({ SecretId: name, Tags: tagsOf(tags) })),
    );
  }

  public async untag(name: string, keys: readonly string[]): Promise<void> {
    await calling(this.call('UntagResource', name), () =>
      this.client.send(new UntagResourceCommand({ SecretId: name, TagKeys: [...keys] })),
    );
  }

  public async remove(name: string, recoveryWindowDays: number): Promise<void> {
    await callingUnless(['ResourceNotFoundException'], this.call('DeleteSecret', name), () =>
      this.client.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: recoveryWindowDays })),
    );
  }

  public async restore(name: string): Promise<void> {
    await callingUnless(['ResourceNotFoundException'], this.call('RestoreSecret', name), () =>
      this.client.send(new RestoreSecretCommand({ SecretId: name })),
    );
  }

  public async *list(): AsyncIterable<ListedSecret> {
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await calling(this.call('ListSecrets', '*'), () =>
        this.client.send(new ListSecretsCommand({ MaxResults: 100, NextToken: token, IncludePlannedDeletion: true })),
      );
      for (const { ARN = '', Name = '' } of page.SecretList ?? []) yield { arn: ARN, name: Name };
      token = page.NextToken;
    }
  }

  private call(operation: string, name: string): Call {
    return { operation, name, region: this.region };
  }
}

/** Stores by region and role, each made when it is first needed and kept. */
export class AwsStores implements DestinationStores {
  private readonly stores = new Map<string, SecretStore>();
  private sts?: STSClient;

  /** @param region the one the function runs in: there the roles are assumed */
  constructor(private readonly region: string) {}

  public at(destination: { region: string; roleArn?: string; externalId?: string }): SecretStore {
    const { region, roleArn, externalId } = destination;
    const key = JSON.stringify([region, roleArn, externalId]);
    const known = this.stores.get(key);
    if (known) return known;
    // The client keeps the credentials that its provider gives, and asks again shortly before they expire.
    const credentials = roleArn === undefined ? {} : { credentials: () => this.assumed(roleArn, externalId) };
    const store = new AwsStore(region, new SecretsManagerClient({ region, ...ONCE, ...credentials }));
    this.stores.set(key, store);
    return store;
  }

  private async assumed(roleArn: string, externalId: string | undefined) {
    this.sts ??= new STSClient({ region: this.region, ...ONCE });
    const { sts, region } = this;
    const command = new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: 'secrets-replicator',
      ExternalId: externalId,
    });
    const { Credentials: given } = await calling({ operation: 'AssumeRole', name: roleArn, region }, () =>
      sts.send(command),
    );
    return {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken,
      expiration: given?.Expiration,
    };
  }
}

function inputOf({ text, binary }: Content): { SecretString?: string; SecretBinary?: Uint8Array } {
  return binary ? { SecretBinary: binary } : { SecretString: text };
}

function tagsOf(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
