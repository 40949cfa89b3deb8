import {
  DeleteParameterCommand,
  GetParameterHistoryCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  ParameterHistory,
  PutParameterCommand,
  PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { handler, handlerOf } from '../../../lambda/parameter-replicator/index';
import { describeWithMoto, Moto } from '../moto';
import { EAST, eventOf, WEST } from './world';

const NAME = '/app/dev/database/endpoint';
/** The functions of both regions over the real wire protocol, against a local AWS. */
describeWithMoto('the function over the API of Parameter Store', () => {
  const saved = { ...process.env };
  const clients = new Map<string, SSMClient>();
  const moto = new Moto();
  let endpoint: string;
  let lines: string[];

  beforeAll(async () => {
    endpoint = await moto.start();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_MAX_ATTEMPTS: '1',
    });
    for (const region of [EAST, WEST]) clients.set(region, new SSMClient({ region, endpoint }));
  }, 60_000);

  beforeEach(async () => {
    lines = [];
    await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
  });

  afterAll(() => {
    for (const client of clients.values()) client.destroy();
    process.env = saved;
    return moto.stop();
  });

  const env = (region: string) => ({
    AWS_REGION: region,
    TARGET_REGION: region === EAST ? WEST : EAST,
    TARGET_KEY_ARN: `arn:aws:kms:${region === EAST ? WEST : EAST}:123456789012:key/target`,
    PREFIX: '/app/dev',
    EXCLUDED_PATHS: '["regional"]',
    REPLICATOR_ROLES: '["replicate-parameters-primary-dev","replicate-parameters-secondary-dev"]',
    VALUE_MAP: '[["db.us-east-1.internal","db.us-west-2.internal"]]',
    SETTLE_MILLISECONDS: '10',
    AWS_LAMBDA_LOG_LEVEL: 'INFO',
  });
  const invoke = (region: string, event: unknown) => handlerOf(env(region), (line) => void lines.push(line))(event);
  const changed = (region: string, operation: string, name = NAME) =>
    invoke(region, eventOf(name, operation, Date.now()));
  const client = (region: string): SSMClient => clients.get(region) as SSMClient;
  const put = (region: string, input: Partial<PutParameterCommandInput>) =>
    client(region).send(new PutParameterCommand({ Name: NAME, Type: 'String', Value: '', ...input }));
  const history = async (region: string, name = NAME): Promise<ParameterHistory[]> => {
    const command = new GetParameterHistoryCommand({ Name: name, WithDecryption: true });
    return (await client(region).send(command)).Parameters ?? [];
  };
  const tags = async (region: string): Promise<Record<string, string>> => {
    const command = new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: NAME });
    const { TagList } = await client(region).send(command);
    return Object.fromEntries((TagList ?? []).map(({ Key, Value }) => [Key, Value]));
  };

  test('creates with tags, and swaps endpoints (R-SSM-5, R-SSM-8)', async () => {
    await put(EAST, { Value: 'db.us-east-1.internal:5432', Description: 'writer', AllowedPattern: '^db' });
    expect(await changed(EAST, 'Create')).toEqual({ created: 1 });
    expect(await history(WEST)).toMatchObject([
      {
        Value: 'db.us-west-2.internal:5432',
        Type: 'String',
        Description: 'writer',
        AllowedPattern: '^db',
        DataType: 'text',
      },
    ]);
    expect(await tags(WEST)).toEqual({
      'dr:origin-region': EAST,
      'dr:origin-version': '1',
      'dr:origin-modified': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      'dr:replica-version': '1',
    });
    expect(await changed(WEST, 'Create')).toEqual({ unchanged: 1 });
    expect(await history(EAST)).toHaveLength(1);
  });

  test('updates and then tags, which AWS refuses in one request (R-SSM-5)', async () => {
    await put(EAST, { Value: '1', Description: 'first' });
    await changed(EAST, 'Create');
    await put(EAST, { Value: '2', Overwrite: true, Description: '', Tier: 'Advanced' });
    expect(await changed(EAST, 'Update')).toEqual({ updated: 1 });
    const [, second] = await history(WEST);
    expect(second).toMatchObject({ Value: '2', Version: 2, Tier: 'Advanced' });
    expect(second.Description).toBeUndefined();
    expect(await tags(WEST)).toMatchObject({ 'dr:origin-version': '2', 'dr:replica-version': '2' });
  });

  test('writes back what was changed in the other region, as after a failover (R-SSM-7)', async () => {
    await put(EAST, { Value: 'before' });
    await changed(EAST, 'Create');
    await put(WEST, { Value: 'after', Overwrite: true });
    expect(await changed(EAST, 'Update')).toEqual({ unchanged: 1 });
    expect(await changed(WEST, 'Update')).toEqual({ updated: 1 });
    expect(await changed(EAST, 'Update')).toEqual({ unchanged: 1 });
    expect((await history(EAST)).map(({ Value }) => Value)).toEqual(['before', 'after']);
    expect(await history(WEST)).toHaveLength(2);
  });

  test('encrypts a SecureString with the key of the other region (R-SSM-4)', async () => {
    await put(EAST, { Value: 'not for logs', Type: 'SecureString', KeyId: 'alias/source' });
    expect(await changed(EAST, 'Create')).toEqual({ created: 1 });
    expect(await history(WEST)).toMatchObject([
      { Type: 'SecureString', KeyId: env(EAST).TARGET_KEY_ARN, Value: 'not for logs' },
    ]);
    expect(lines.join()).not.toContain('not for logs');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'INFO', message: 'created', name: NAME }]);
  });

  test('copies labels (R-SSM-3)', async () => {
    await put(EAST, { Value: '1' });
    await changed(EAST, 'Create');
    await client(EAST).send(new LabelParameterVersionCommand({ Name: NAME, ParameterVersion: 1, Labels: ['live'] }));
    expect(await changed(EAST, 'LabelParameterVersion')).toEqual({ labelled: 1 });
    expect((await history(WEST))[0].Labels).toEqual(['live']);
  });

  test('deletes, twice if need be (R-SSM-3)', async () => {
    await put(EAST, { Value: '1' });
    await changed(EAST, 'Create');
    await client(EAST).send(new DeleteParameterCommand({ Name: NAME }));
    const later = eventOf(NAME, 'Delete', Date.now() + 5_000);
    expect(await invoke(EAST, later)).toEqual({ deleted: 1 });
    expect(await invoke(EAST, later)).toEqual({ absent: 1 });
    await expect(history(WEST)).rejects.toThrow('not found');
  });

  test('walks all pages of a prefix, and more than one page of a history (R-SSM-10)', async () => {
    for (let n = 0; n < 23; n++) await put(EAST, { Name: `/app/dev/many/${n}`, Value: String(n) });
    for (let n = 0; n < 60; n++) await put(EAST, { Name: '/app/dev/many/0', Value: `v${n}`, Overwrite: true });
    await put(EAST, { Name: '/app/dev/regional/own', Value: 'here' });
    await put(WEST, { Name: '/app/dev/many/22', Value: '22' });
    expect(await invoke(EAST, { source: 'reconcile' })).toEqual({ created: 22 });
    expect((await history(WEST, '/app/dev/many/0'))[0].Value).toBe('v59');
    expect(await invoke(EAST, { source: 'reconcile' })).toEqual({});
    expect(await invoke(WEST, { source: 'reconcile' })).toEqual({});
  }, 30_000);

  test('reports a copy whose original is gone', async () => {
    await put(EAST, { Value: '1' });
    await changed(EAST, 'Create');
    await client(EAST).send(new DeleteParameterCommand({ Name: NAME }));
    lines = [];
    expect(await invoke(WEST, { source: 'reconcile' })).toEqual({ orphan: 1 });
    expect(JSON.parse(lines[0])).toMatchObject({ level: 'WARN', message: 'a copy whose original is gone', name: NAME });
  });

  test('ignores what it does not know, and says so', async () => {
    expect(await invoke(EAST, eventOf(NAME, 'Rename'))).toEqual({});
    expect(JSON.parse(lines[0])).toMatchObject({ message: 'ignored', reason: 'unknown operation', region: EAST });
  });

  test('fails with the names of parameter, operation and error, and no value, so that Lambda tries again', async () => {
    await put(EAST, { Value: 'no secret either', DataType: 'text' });
    const failing = { ...env(EAST), TARGET_REGION: WEST };
    const spy = jest.spyOn(SSMClient.prototype, 'send').mockImplementationOnce(() => {
      throw Object.assign(new Error('the value "no secret either" does not match'), {
        name: 'ParameterPatternMismatchException',
      });
    });
    await expect(
      handlerOf(failing, (line) => void lines.push(line))({ source: 'manual', names: [NAME] }),
    ).rejects.toThrow(
      `1 of 1 not replicated: GetParameterHistory of ${NAME} in ${EAST} failed: ParameterPatternMismatchException`,
    );
    spy.mockRestore();
    expect(lines.join()).not.toContain('no secret either');
  });

  test('fails as a whole when a walk fails', async () => {
    const spy = jest.spyOn(SSMClient.prototype, 'send').mockImplementationOnce(() => {
      throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    });
    await expect(invoke(EAST, { source: 'reconcile' })).rejects.toThrow(
      `GetParametersByPath of /app/dev in ${WEST} failed: ThrottlingException`,
    );
    spy.mockRestore();
  });

  test('reads its environment once, at the first event', async () => {
    Object.assign(process.env, env(EAST), { AWS_LAMBDA_LOG_LEVEL: 'ERROR' });
    await put(EAST, { Value: '1' });
    expect(await handler(eventOf(NAME, 'Create', Date.now()))).toEqual({ created: 1 });
    expect(await handler(eventOf(NAME, 'Create', Date.now()))).toEqual({ unchanged: 1 });
  });
});
