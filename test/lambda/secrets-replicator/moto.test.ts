import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { AwsStore } from '../../../lambda/secrets-replicator/aws-stores';
import { handler, handlerOf } from '../../../lambda/secrets-replicator/index';
import { Result } from '../../../lambda/secrets-replicator/results';
import { describeWithMoto, Moto } from '../moto';
import { OTHER_ACCOUNT } from './memory';
import { CONFIG, EAST, EU, ROLE, WEST } from './scenarios';

const DB = 'app/db';

jest.setTimeout(60_000);

/** The function over the real wire protocol, against a local AWS of three regions and two accounts. */
describeWithMoto('the function over the API of Secrets Manager', () => {
  const saved = { ...process.env };
  const clients = new Map<string, SecretsManagerClient>();
  const moto = new Moto();
  let endpoint: string;
  let sqs: SQSClient;
  let lines: string[];

  beforeAll(async () => {
    endpoint = await moto.start();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: EAST,
    });
    for (const region of [EAST, WEST, EU]) clients.set(region, new SecretsManagerClient({ region, endpoint }));
    sqs = new SQSClient({ region: EAST, endpoint });
  }, 60_000);

  beforeEach(async () => {
    lines = [];
    await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
  });

  afterAll(() => {
    for (const client of clients.values()) client.destroy();
    sqs.destroy();
    process.env = saved;
    return moto.stop();
  });

  const client = (region: string): SecretsManagerClient => clients.get(region) as SecretsManagerClient;
  const create = (name: string, text: string, region = EAST, fields: object = {}) =>
    client(region).send(new CreateSecretCommand({ Name: name, SecretString: text, ...fields }));
  const value = (region: string, name = DB, from = client(region)) =>
    from.send(new GetSecretValueCommand({ SecretId: name, VersionStage: 'AWSCURRENT' }));
  const configure = async (destinations: readonly object[], region = EAST, filter: object = { '**': '' }) => {
    await create(CONFIG, JSON.stringify({ destinations, filters: 'secrets-replicator/filters/all' }), region);
    await create('secrets-replicator/filters/all', JSON.stringify(filter), region);
  };
  const made = (env: Record<string, string> = {}) =>
    handlerOf({ AWS_REGION: EAST, ...env }, { write: (line) => void lines.push(line) });
  const manual = { source: 'manual', secretId: DB };
  const statuses = (answer: unknown) =>
    (answer as Result).secrets.flatMap(({ destinations }) =>
      destinations.map(({ status, reason }) => (reason ? `${status}, ${reason}` : status)),
    );

  test('creates, replaces, and leaves alone what is there (R-SEC-4, W12)', async () => {
    await configure([
      { region: WEST, kmsKeyId: 'alias/copies' },
      { region: EU, regionSwap: true },
    ]);
    const { ARN } = await create(DB, 'db.us-east-1', EAST, {
      Description: 'main',
      Tags: [{ Key: 'team', Value: 'a' }],
    });
    const run = made();
    expect(statuses(await run({ source: 'manual', secretId: ARN }))).toEqual(['replicated', 'replicated']);
    expect(await value(WEST)).toMatchObject({
      SecretString: 'db.us-east-1',
      VersionId: expect.stringMatching(/^replica-us-east-1-\d{13}-/),
    });
    expect(await value(EU)).toMatchObject({ SecretString: 'db.eu-west-1' });
    expect(await client(WEST).send(new DescribeSecretCommand({ SecretId: DB }))).toMatchObject({
      Description: 'main',
      KmsKeyId: expect.stringContaining('alias/copies'),
      Tags: expect.arrayContaining([
        { Key: 'team', Value: 'a' },
        { Key: 'dr:origin-region', Value: EAST },
      ]),
    });
    expect(statuses(await run(manual))).toEqual(['unchanged', 'unchanged']);
    await client(EAST).send(new PutSecretValueCommand({ SecretId: DB, SecretString: 'next' }));
    expect(statuses(await run(manual))).toEqual(['replicated', 'replicated']);
    expect(await value(WEST)).toMatchObject({ SecretString: 'next' });
    const { Versions } = await client(WEST).send(
      new ListSecretVersionIdsCommand({ SecretId: DB, IncludeDeprecated: true }),
    );
    expect(Versions?.map(({ VersionStages }) => VersionStages?.filter((stage) => stage.startsWith('AWS')))).toEqual(
      expect.arrayContaining([['AWSPREVIOUS'], ['AWSCURRENT']]),
    );
    expect(lines.join()).not.toContain('db.us-east-1');
  });

  test('carries description, key and tags without a new version (W13)', async () => {
    await configure([{ region: WEST, kmsKeyId: 'alias/new' }]);
    await create(DB, 'x', EAST, { Description: 'new', Tags: [{ Key: 'a', Value: '1' }] });
    await create(DB, 'x', WEST, { KmsKeyId: 'alias/old', Description: 'old', Tags: [{ Key: 'b', Value: '2' }] });
    const before = (await value(WEST)).VersionId;
    await client(EAST).send(new PutSecretValueCommand({ SecretId: DB, SecretString: 'x' }));
    // The values are the same, and the source's is not older where the times are the same to the second.
    const answer = statuses(await made()(manual));
    if (answer[0] !== 'unchanged, the destination has a newer value') {
      expect(answer).toEqual(['unchanged, description, key, tags']);
      const there = await client(WEST).send(new DescribeSecretCommand({ SecretId: DB }));
      expect(there).toMatchObject({ Description: 'new', KmsKeyId: expect.stringContaining('alias/new') });
      expect(there.Tags?.map(({ Key }) => Key).sort()).toEqual(['a', 'dr:origin-region']);
    }
    expect((await value(WEST)).VersionId).toBe(before);
  });

  test('carries binary values, deletions and restorations (W13, W14)', async () => {
    await configure([{ region: WEST, deletion: 'delete', recoveryWindowDays: 7 }]);
    await client(EAST).send(new CreateSecretCommand({ Name: DB, SecretBinary: new Uint8Array([0, 255]) }));
    const run = made();
    await run(manual);
    expect([...((await value(WEST)).SecretBinary ?? [])]).toEqual([0, 255]);
    await client(EAST).send(new DeleteSecretCommand({ SecretId: DB, RecoveryWindowInDays: 30 }));
    expect(statuses(await run(manual))).toEqual(['replicated, deleted with its source, to be restored within 7 days']);
    expect((await client(WEST).send(new DescribeSecretCommand({ SecretId: DB }))).DeletedDate).toBeDefined();
    expect(statuses(await run({ source: 'schedule' }))).toEqual(['unchanged, there is no copy']);
    await new AwsStore(EAST, client(EAST)).restore(DB);
    expect(statuses(await run(manual))).toEqual(['replicated, restored']);
    expect([...((await value(WEST)).SecretBinary ?? [])]).toEqual([0, 255]);
  });

  test('answers what is not there', async () => {
    const store = new AwsStore(WEST, client(WEST));
    expect(await store.describe('none')).toBeUndefined();
    expect(await store.current('none')).toBeUndefined();
    expect(await store.stage('none', 'x'.repeat(32), { text: 'x' })).toBe(false);
    expect(await store.promote('none', 'x'.repeat(32), 'y'.repeat(32))).toBe(false);
    await store.remove('none', 7);
    await store.restore('none');
    await expect(store.tag('none', { a: '1' })).rejects.toThrow(/^TagResource of none in us-west-2 failed: /);
    await create(DB, 'x', WEST);
    expect(await store.create(DB, { token: 'x'.repeat(32), content: { text: 'y' }, description: '', tags: {} })).toBe(
      false,
    );
    expect(await store.stage(DB, 'y'.repeat(32), { text: 'staged' })).toBe(true);
    expect(await value(WEST)).toMatchObject({ SecretString: 'x' });
    expect(await store.promote(DB, 'x'.repeat(32), 'y'.repeat(32))).toBe(false);
  });

  test('runs in both regions, and the two are silent in the end (W9)', async () => {
    for (const [region, other] of [
      [EAST, WEST],
      [WEST, EAST],
    ])
      await configure([{ region: other }], region);
    await create(DB, 'from east');
    const [east, west] = [made(), made({ AWS_REGION: WEST })];
    expect(statuses(await east(manual))).toEqual(['replicated']);
    expect(statuses(await west(manual))).toEqual(['filtered, it is a copy, and no copy is copied on']);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await client(WEST).send(new PutSecretValueCommand({ SecretId: DB, SecretString: 'from west' }));
    expect(statuses(await east(manual))).toEqual(['unchanged, the destination has a newer value']);
    expect(statuses(await west(manual))).toEqual(['replicated, tags']);
    expect(await value(EAST)).toMatchObject({ SecretString: 'from west' });
    expect(statuses(await east(manual))).toEqual(['filtered, it is a copy, and no copy is copied on']);
    expect(statuses(await west(manual))).toEqual(['unchanged']);
  });

  test('writes into another account with its role', async () => {
    await configure([{ region: WEST, roleArn: ROLE, externalId: 'known-to-both' }]);
    await create(DB, 'x');
    expect(statuses(await made()(manual))).toEqual(['replicated']);
    await expect(value(WEST)).rejects.toThrow();
    const { Credentials } = await new STSClient({ region: EAST, endpoint }).send(
      new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'test' }),
    );
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken,
    };
    const there = await value(WEST, DB, new SecretsManagerClient({ region: WEST, endpoint, credentials }));
    expect(there).toMatchObject({ SecretString: 'x', ARN: expect.stringContaining(`:${OTHER_ACCOUNT}:`) });
  });

  test('sends what failed to its queues', async () => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
    await configure([{ region: WEST, transformations: 'none' }]);
    await create(DB, 'x');
    const run = made({ DEAD_LETTER_QUEUE_URL: QueueUrl, RETRY_QUEUE_URL: QueueUrl });
    expect(statuses(await run(manual))).toEqual([
      'failed, secrets-replicator/transformations/none is not there or has no text',
    ]);
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages?.map(({ Body }) => JSON.parse(Body ?? '') as unknown)).toEqual([
      { source: 'manual', secretId: DB, destinations: [WEST] },
    ]);
  });

  test('tells which call failed, and nothing that was sent', async () => {
    await configure([{ region: WEST }]);
    await create(DB, 'x');
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
    try {
      const silent = { send: async () => undefined };
      const sleepless = { now: Date.now, random: () => 0, sleep: async () => undefined };
      const run = handlerOf(
        { AWS_REGION: EAST },
        { write: () => undefined, surroundings: sleepless, retryQueue: silent, deadLetterQueue: silent },
      );
      // Of an error from outside its own realm, as jest makes them, the SDK keeps no code.
      expect(statuses(await run(manual))[0]).toMatch(
        /^failed, GetSecretValue of secrets-replicator\/destinations in us-east-1 failed: (ECONNREFUSED|Error)$/,
      );
    } finally {
      process.env.AWS_ENDPOINT_URL = endpoint;
    }
  });

  test('the entry point keeps what it made', async () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await configure([{ region: WEST }]);
      await create(DB, 'x');
      expect(statuses(await handler(manual))).toEqual(['replicated']);
      await client(EAST).send(new TagResourceCommand({ SecretId: DB, Tags: [{ Key: 'a', Value: '1' }] }));
      await client(EAST).send(new UpdateSecretCommand({ SecretId: DB, Description: 'later' }));
      expect(statuses(await handler(manual))).toEqual(['unchanged, description, tags']);
      expect(write).toHaveBeenCalled();
    } finally {
      write.mockRestore();
    }
  });
});
