import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  ParameterHistory,
  ParameterTier,
  ParameterType,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { Call, calling, callingUnless } from '../replication/failure';
import { Content, Listed, Mark, Parameter, ParameterStore, Version } from './model';

/** The tags of a copy. Values are what a tag may hold: a time is written as in ISO 8601, in UTC. */
const TAG = {
  region: 'dr:origin-region',
  version: 'dr:origin-version',
  modified: 'dr:origin-modified',
  replica: 'dr:replica-version',
};

/** What AWS answers when a parameter, or a version of it, is not there. */
const NOT_FOUND = ['ParameterNotFound', 'ParameterVersionNotFound', 'InvalidResourceId'];

/** Parameter Store of one region, over its API. */
export class SsmStore implements ParameterStore {
  /** @param keyId key of this region for what is written as SecureString; undefined: the key of AWS, `aws/ssm` */
  constructor(
    public readonly region: string,
    private readonly client: SSMClient,
    private readonly keyId?: string,
  ) {}

  public async read(name: string): Promise<Parameter | undefined> {
    return this.unlessMissing('GetParameterHistory', name, async () => {
      const versions: Version[] = [];
      for (let token: string | undefined, more = true; more; more = token !== undefined) {
        const page = await this.client.send(
          new GetParameterHistoryCommand({ Name: name, WithDecryption: true, MaxResults: 50, NextToken: token }),
        );
        versions.push(...(page.Parameters ?? []).map(versionOf));
        token = page.NextToken;
      }
      if (versions.length === 0) return undefined;
      const { TagList } = await this.client.send(
        new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name }),
      );
      const tags = new Map((TagList ?? []).map(({ Key, Value }) => [Key, Value]));
      return { versions: versions.sort((a, b) => a.version - b.version), mark: markIn(tags) };
    });
  }

  public async *list(prefix: string): AsyncIterable<Listed> {
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await calling(this.call('GetParametersByPath', prefix), () =>
        this.client.send(
          new GetParametersByPathCommand({
            Path: prefix,
            Recursive: true,
            WithDecryption: true,
            MaxResults: 10,
            NextToken: token,
          }),
        ),
      );
      for (const { Name = '', Value = '', Type = '', DataType = 'text' } of page.Parameters ?? []) {
        yield { name: Name, value: Value, type: Type, dataType: DataType };
      }
      token = page.NextToken;
    }
  }

  public async create(name: string, content: Content, mark: Mark): Promise<boolean> {
    const { Description, AllowedPattern, ...rest } = this.put(name, content);
    const created = await callingUnless(['ParameterAlreadyExists'], this.call('PutParameter', name), async () => {
      // Tags go with the first write only: together with Overwrite AWS refuses them (rule R-SSM-5).
      await this.client.send(
        new PutParameterCommand({
          ...rest,
          Description: Description || undefined,
          AllowedPattern: AllowedPattern || undefined,
          Tags: tagsOf(mark),
        }),
      );
      return true;
    });
    return created ?? false;
  }

  public async update(name: string, content: Content): Promise<number> {
    const { Version: version } = await calling(this.call('PutParameter', name), () =>
      this.client.send(new PutParameterCommand({ ...this.put(name, content), Overwrite: true })),
    );
    return version ?? 0;
  }

  public async mark(name: string, mark: Mark): Promise<void> {
    await this.unlessMissing('AddTagsToResource', name, () =>
      this.client.send(
        new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: name, Tags: tagsOf(mark) }),
      ),
    );
  }

  public async label(name: string, version: number, labels: readonly string[]): Promise<void> {
    await this.unlessMissing('LabelParameterVersion', name, () =>
      this.client.send(
        new LabelParameterVersionCommand({ Name: name, ParameterVersion: version, Labels: [...labels] }),
      ),
    );
  }

  public async remove(name: string): Promise<void> {
    await this.unlessMissing('DeleteParameter', name, () =>
      this.client.send(new DeleteParameterCommand({ Name: name })),
    );
  }

  /** An empty description or pattern is sent, so that one that was removed is removed here too. */
  private put(name: string, content: Content) {
    return {
      Name: name,
      Value: content.value,
      Type: content.type as ParameterType,
      Tier: content.tier as ParameterTier,
      DataType: content.dataType,
      Description: content.description,
      AllowedPattern: content.allowedPattern,
      KeyId: content.type === 'SecureString' ? this.keyId : undefined,
    };
  }

  private unlessMissing<T>(operation: string, name: string, work: () => Promise<T>): Promise<T | undefined> {
    return callingUnless(NOT_FOUND, this.call(operation, name), work);
  }

  private call(operation: string, name: string): Call {
    return { operation, name, region: this.region };
  }
}

function versionOf(entry: ParameterHistory): Version {
  return {
    version: entry.Version ?? 0,
    modified: entry.LastModifiedDate?.getTime() ?? 0,
    author: entry.LastModifiedUser ?? '',
    content: {
      value: entry.Value ?? '',
      type: entry.Type ?? 'String',
      tier: entry.Tier ?? 'Standard',
      dataType: entry.DataType ?? 'text',
      description: entry.Description ?? '',
      allowedPattern: entry.AllowedPattern ?? '',
    },
    labels: entry.Labels ?? [],
  };
}

function tagsOf({ replicaVersion, origin }: Mark): { Key: string; Value: string }[] {
  return [
    { Key: TAG.region, Value: origin.region },
    { Key: TAG.version, Value: String(origin.version) },
    { Key: TAG.modified, Value: new Date(origin.modified).toISOString() },
    { Key: TAG.replica, Value: String(replicaVersion) },
  ];
}

/** Tags that somebody damaged are no mark. */
function markIn(tags: Map<string | undefined, string | undefined>): Mark | undefined {
  const region = tags.get(TAG.region);
  const version = Number(tags.get(TAG.version));
  const modified = Date.parse(tags.get(TAG.modified) ?? '');
  const replicaVersion = Number(tags.get(TAG.replica));
  return region && version > 0 && replicaVersion > 0 && !Number.isNaN(modified)
    ? { replicaVersion, origin: { region, version, modified } }
    : undefined;
}
