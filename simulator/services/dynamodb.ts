import { answer, AwsError, jsonOf, succeeded, withBody } from '../answer';
import { publish } from '../metrics';
import { Call, inputOf } from '../request';
import { Json } from '../wire';
import { Handler, Service, World } from '../world';

/** A replica of a global table, as its own region names it. */
interface Replica {
  readonly region: string;
  readonly kmsKey?: string;
}

/** A version of an item: the later one wins, wherever it was written. */
interface Version {
  readonly at: number;
  readonly order: number;
}

type Item = Readonly<Record<string, unknown>>;

/**
 * DynamoDB global tables (2019.11.21, eventually consistent): moto keeps one table per region, and every write to one of
 * them reaches the others after the lag; the last writer wins, per item.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
 */
export function dynamodb(world: World): Service {
  const tables = new GlobalTables(world);
  return {
    DescribeTable: async (call, pass) => tables.amend(call, await pass()),
    DeleteTable: async (call, pass) => {
      const given = await pass();
      if (succeeded(given)) tables.leave(tableOf(call), call.region);
      return given;
    },
    UpdateTable: (call, pass) => tables.update(call, pass),
    UpdateTimeToLive: async (call, pass) => {
      const given = await pass();
      if (succeeded(given)) await tables.synchronize(call, inputOf(call));
      return given;
    },
    PutItem: writing(tables, (input) => [{ table: input.TableName, item: input.Item }]),
    UpdateItem: writing(tables, (input) => [{ table: input.TableName, item: input.Key }]),
    DeleteItem: writing(tables, (input) => [{ table: input.TableName, item: input.Key }]),
    BatchWriteItem: writing(tables, ({ RequestItems }) =>
      Object.entries<Json>(RequestItems ?? {}).flatMap(([table, requests]) =>
        requests.map((request: Json) => ({ table, item: request.PutRequest?.Item ?? request.DeleteRequest?.Key })),
      ),
    ),
    TransactWriteItems: writing(tables, ({ TransactItems }) =>
      (TransactItems ?? [])
        .filter((each: Json) => !each.ConditionCheck)
        .map((each: Json) => {
          const { TableName, Item, Key } = each.Put ?? each.Update ?? each.Delete ?? {};
          return { table: TableName, item: Item ?? Key };
        }),
    ),
  };
}

/** Settings that every replica has of its own; the others are synchronized. */
const OF_EACH_REPLICA = ['SSESpecification', 'DeletionProtectionEnabled', 'TableClass'];

/** An item that a call wrote: all of it, or its key. */
interface Written {
  readonly table: string;
  readonly item: Item;
}

function writing(tables: GlobalTables, written: (input: Json) => Written[]): Handler {
  return async (call, pass) => {
    const given = await pass();
    if (succeeded(given)) {
      for (const { table, item } of written(inputOf<Json>(call)))
        await tables.replicate(nameOf(table), call.region, item);
    }
    return given;
  };
}

class GlobalTables {
  private readonly replicas = new Map<string, Replica[]>();
  private readonly versions = new Map<string, Version>();
  private readonly keys = new Map<string, readonly string[]>();
  private order = 0;

  constructor(private readonly world: World) {}

  /** Adds what moto does not know of a global table to a description. */
  public amend(call: Call, given: Awaited<ReturnType<Parameters<Handler>[1]>>): typeof given {
    const others = this.others(tableOf(call), call.region);
    if (!succeeded(given) || others.length === 0) return given;
    const output = jsonOf<Json>(given);
    const table = output.Table ?? output.TableDescription;
    table.GlobalTableVersion = '2019.11.21';
    table.Replicas = others.map(({ region, kmsKey }) => ({
      RegionName: region,
      ReplicaStatus: 'ACTIVE',
      ...(kmsKey ? { KMSMasterKeyId: kmsKey } : {}),
      GlobalSecondaryIndexes: (table.GlobalSecondaryIndexes ?? []).map((index: Json) => ({
        IndexName: index.IndexName,
      })),
    }));
    return withBody(given, output);
  }

  public async update(call: Call, pass: Parameters<Handler>[1]): ReturnType<Handler> {
    const { ReplicaUpdates, ...rest } = inputOf<Json>(call);
    const table = tableOf(call);
    for (const update of ReplicaUpdates ?? []) {
      if (update.Create) await this.create(table, call.region, update.Create);
      if (update.Delete) await this.delete(table, call.region, update.Delete.RegionName);
    }
    const settings = Object.keys(rest).filter((key) => key !== 'TableName');
    if (settings.length === 0) {
      const { Table } = await this.world.moto.json('dynamodb', call.region, 'DescribeTable', { TableName: table });
      return this.amend(call, answer(call, { TableDescription: Table }));
    }
    const given = await pass({ ...call, body: Buffer.from(JSON.stringify(rest)) });
    const synchronized = settings.filter((name) => !OF_EACH_REPLICA.includes(name));
    if (succeeded(given) && synchronized.length > 0) {
      await this.synchronize(call, Object.fromEntries(synchronized.map((name) => [name, rest[name]])));
    }
    return this.amend(call, given);
  }

  /** Makes a change of a table's settings in its other regions. */
  public async synchronize(call: Call, input: object): Promise<void> {
    const table = tableOf(call);
    for (const { region } of this.others(table, call.region)) {
      await this.world.moto.json('dynamodb', region, call.operation, { ...input, TableName: table });
    }
  }

  public leave(table: string, region: string): void {
    const left = (this.replicas.get(table) ?? []).filter((replica) => replica.region !== region);
    this.replicas.set(table, left.length > 1 ? left : []);
  }

  /** Takes note of a write and sends what the item is now on its way to the other regions. */
  public async replicate(table: string, from: string, written: Item): Promise<void> {
    const others = this.others(table, from);
    if (others.length === 0) return;
    const names = await this.keyNames(table, from);
    const key = Object.fromEntries(names.map((name) => [name, written[name]]));
    const { Item: image } = await this.world.moto.json('dynamodb', from, 'GetItem', {
      TableName: table,
      Key: key,
      ConsistentRead: true,
    });
    const version = { at: this.world.clock.now(), order: ++this.order };
    this.versions.set(versionKey(table, from, key), version);
    for (const { region: to } of others) {
      this.world.replication.submit({
        service: 'dynamodb',
        from,
        to,
        resource: table,
        apply: () => this.apply(table, from, to, key, image, version),
      });
    }
  }

  private async apply(
    table: string,
    from: string,
    to: string,
    key: Item,
    image: Item | undefined,
    version: Version,
  ): Promise<void> {
    const own = this.versions.get(versionKey(table, to, key));
    if (own && isLater(own, version)) return;
    this.versions.set(versionKey(table, to, key), version);
    const { moto, clock } = this.world;
    if (image) await moto.json('dynamodb', to, 'PutItem', { TableName: table, Item: image });
    else await moto.json('dynamodb', to, 'DeleteItem', { TableName: table, Key: key });
    await publish(this.world, {
      region: from,
      namespace: 'AWS/DynamoDB',
      metric: 'ReplicationLatency',
      dimensions: { TableName: table, ReceivingRegion: to },
      value: clock.now() - version.at,
    });
  }

  private async create(table: string, from: string, wanted: Json): Promise<void> {
    const to: string = wanted.RegionName;
    if (to === from) {
      throw new AwsError(
        'ValidationException',
        'Cannot add, delete, or update the local region through ReplicaUpdates. Use CreateTable, DeleteTable, or UpdateTable as required.',
      );
    }
    const { moto } = this.world;
    const { Table: source } = await moto.json('dynamodb', from, 'DescribeTable', { TableName: table });
    const encrypted = source.SSEDescription?.SSEType === 'KMS' || source.SSEDescription?.KMSMasterKeyArn;
    const isOnDemand = source.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
    await moto.json('dynamodb', to, 'CreateTable', {
      TableName: table,
      AttributeDefinitions: source.AttributeDefinitions,
      KeySchema: source.KeySchema,
      ...definitionsOf('GlobalSecondaryIndexes', source, isOnDemand),
      ...definitionsOf('LocalSecondaryIndexes', source, true),
      ...(isOnDemand
        ? { BillingMode: 'PAY_PER_REQUEST' }
        : { ProvisionedThroughput: throughputOf(source.ProvisionedThroughput) }),
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      ...(encrypted
        ? { SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: wanted.KMSMasterKeyId } }
        : {}),
    });
    await this.copyTimeToLive(table, from, to);
    await this.copyItems(table, from, to);
    const members = this.replicas.get(table);
    const own = { region: from, kmsKey: source.SSEDescription?.KMSMasterKeyArn };
    this.replicas.set(table, [...(members?.length ? members : [own]), { region: to, kmsKey: wanted.KMSMasterKeyId }]);
  }

  private async delete(table: string, from: string, region: string): Promise<void> {
    // A replica that is gone already is no error: Terraform removes it twice when it manages it apart from the table.
    if (!this.others(table, from).some((replica) => replica.region === region)) return;
    await this.world.moto.json('dynamodb', region, 'DeleteTable', { TableName: table });
    this.leave(table, region);
  }

  private async copyTimeToLive(table: string, from: string, to: string): Promise<void> {
    const { moto } = this.world;
    const { TimeToLiveDescription: ttl } = await moto.json('dynamodb', from, 'DescribeTimeToLive', {
      TableName: table,
    });
    if (ttl?.TimeToLiveStatus !== 'ENABLED') return;
    await moto.json('dynamodb', to, 'UpdateTimeToLive', {
      TableName: table,
      TimeToLiveSpecification: { Enabled: true, AttributeName: ttl.AttributeName },
    });
  }

  private async copyItems(table: string, from: string, to: string): Promise<void> {
    const { moto } = this.world;
    let start: Item | undefined;
    do {
      const page = await moto.json('dynamodb', from, 'Scan', { TableName: table, ExclusiveStartKey: start });
      for (const item of page.Items) await moto.json('dynamodb', to, 'PutItem', { TableName: table, Item: item });
      start = page.LastEvaluatedKey;
    } while (start);
  }

  private others(table: string, region: string): Replica[] {
    const members = this.replicas.get(table) ?? [];
    return members.some((member) => member.region === region)
      ? members.filter((member) => member.region !== region)
      : [];
  }

  private async keyNames(table: string, region: string): Promise<readonly string[]> {
    const known = this.keys.get(table);
    if (known) return known;
    const { Table } = await this.world.moto.json('dynamodb', region, 'DescribeTable', { TableName: table });
    const names: string[] = Table.KeySchema.map((part: Json) => part.AttributeName);
    this.keys.set(table, names);
    return names;
  }
}

function tableOf(call: Call): string {
  return nameOf(inputOf<Json>(call).TableName);
}

/** The name in an ARN, or the name itself. */
function nameOf(table: unknown): string {
  return String(table).replace(/^arn:.*:table\//, '');
}

function versionKey(table: string, region: string, key: Item): string {
  return JSON.stringify([table, region, Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function isLater(a: Version, b: Version): boolean {
  return a.at > b.at || (a.at === b.at && a.order > b.order);
}

/** What a description says of indexes, in the words in which they are created. */
function definitionsOf(kind: string, source: Json, withoutThroughput: boolean): object {
  const indexes: Json[] = source[kind] ?? [];
  if (indexes.length === 0) return {};
  return {
    [kind]: indexes.map(({ IndexName, KeySchema, Projection, ProvisionedThroughput }) => ({
      IndexName,
      KeySchema,
      Projection,
      ...(withoutThroughput ? {} : { ProvisionedThroughput: throughputOf(ProvisionedThroughput) }),
    })),
  };
}

function throughputOf(described: Json): object {
  return { ReadCapacityUnits: described.ReadCapacityUnits, WriteCapacityUnits: described.WriteCapacityUnits };
}
