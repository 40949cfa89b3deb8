import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import {
  CreateSecretCommand,
  CreateSecretCommandInput,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { diff, DiffOptions } from '../../../drill/secrets/diff';
import { handlerOf } from '../../../lambda/secrets-replicator/index';
import { describeWithMoto, Moto } from '../../lambda/moto';

jest.setTimeout(60_000);

const EAST = 'us-east-1';
const WEST = 'us-west-2';
const VALUE = 'host=db.us-east-1.example.org password=HUNTER2';

/** Both regions over the real wire protocol, against a local AWS. */
describeWithMoto('dr secrets diff', () => {
  const saved = { ...process.env };
  const moto = new Moto();
  const folder = mkdtempSync(join(tmpdir(), 'dr-secrets-'));
  const clients = new Map<string, SecretsManagerClient>();
  let endpoint: string;

  beforeAll(async () => {
    endpoint = await moto.start();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    for (const region of [EAST, WEST]) clients.set(region, new SecretsManagerClient({ region, endpoint }));
  }, 120_000);

  beforeEach(async () => {
    await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
    await create(EAST, 'secrets-replicator/destinations', {
      destinations: [{ region: WEST, filters: 'secrets-replicator/filters/to-west', names: 'to-west' }],
    });
    await create(EAST, 'secrets-replicator/filters/to-west', { 'app/*': 'swap', 'app/raw': '', 'app/own': false });
    await create(EAST, 'to-west', { 'app/renamed': 'app/called-otherwise' });
    await create(EAST, 'secrets-replicator/transformations/swap', { swap: [[EAST, WEST]] });
  });

  afterAll(() => {
    for (const client of clients.values()) client.destroy();
    process.env = saved;
    rmSync(folder, { recursive: true });
    return moto.stop();
  });

  const client = (region: string): SecretsManagerClient => clients.get(region) as SecretsManagerClient;
  const create = (
    region: string,
    name: string,
    content: string | object,
    more: Partial<CreateSecretCommandInput> = {},
  ) =>
    client(region).send(
      new CreateSecretCommand({
        Name: name,
        SecretString: typeof content === 'string' ? content : JSON.stringify(content),
        ...more,
      }),
    );
  const put = (region: string, name: string, value: string) =>
    client(region).send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
  const replicate = (...secretIds: string[]) =>
    handlerOf({ AWS_REGION: EAST }, { write: () => undefined })({ source: 'manual', secretIds });
  const run = async (options: Partial<DiffOptions> = {}) => {
    const { exitCode, output, error } = await diff({
      region: EAST,
      configSecret: 'secrets-replicator/destinations',
      secret: [],
      destination: [],
      ...options,
    });
    return { exitCode, error, text: output === undefined ? '' : Buffer.from(output).toString() };
  };
  const statuses = async (options: Partial<DiffOptions> = {}) => {
    const { exitCode, text } = await run({ json: true, ...options });
    const { secrets } = JSON.parse(text) as { secrets: { secret: string; status: string; reason?: string }[] };
    return { exitCode, secrets: secrets.map(({ secret, status, reason }) => [secret, status, reason]) };
  };

  test('copies that the replicator wrote are equal, and nothing was written to find out', async () => {
    await create(EAST, 'app/db', VALUE, { Description: 'of the database', Tags: [{ Key: 'team', Value: 'data' }] });
    await create(EAST, 'app/renamed', VALUE);
    await create(EAST, 'app/raw', VALUE);
    expect((await statuses()).secrets.map(([, status]) => status)).toEqual(['missing', 'missing', 'missing']);
    await replicate('app/db', 'app/renamed', 'app/raw');
    const { VersionId } = await client(WEST).send(new GetSecretValueCommand({ SecretId: 'app/db' }));
    const { exitCode, secrets } = await statuses();
    expect(secrets).toEqual([
      ['app/db', 'equal', undefined],
      ['app/raw', 'equal', undefined],
      ['app/renamed', 'equal', undefined],
    ]);
    expect(exitCode).toBe(0);
    const after = await client(WEST).send(new GetSecretValueCommand({ SecretId: 'app/db' }));
    expect(after.VersionId).toBe(VersionId);
  });

  test('tells apart what differs, what is missing, and what is newer than its source', async () => {
    for (const name of ['app/changed', 'app/newer', 'app/gone', 'app/deleted', 'app/own'])
      await create(EAST, name, VALUE);
    await replicate('app/changed', 'app/newer', 'app/gone', 'app/deleted');
    await client(WEST).send(new DeleteSecretCommand({ SecretId: 'app/gone', ForceDeleteWithoutRecovery: true }));
    await client(WEST).send(new DeleteSecretCommand({ SecretId: 'app/deleted', RecoveryWindowInDays: 7 }));
    await later();
    await put(EAST, 'app/changed', `${VALUE} now`);
    await put(WEST, 'app/newer', 'HUNTER3');
    const { exitCode, secrets } = await statuses();
    expect(secrets).toEqual([
      ['app/changed', 'differs', undefined],
      ['app/deleted', 'missing', 'it waits for its deletion'],
      ['app/gone', 'missing', undefined],
      ['app/newer', 'newer', 'the destination has a newer value'],
      ['app/own', 'filtered', 'the filter does not let it pass'],
    ]);
    expect(exitCode).toBe(1);
  });

  test('a copy that another system wrote later is equal when it has the right value', async () => {
    await create(EAST, 'app/db', VALUE);
    await later();
    await create(WEST, 'app/db', VALUE.replace(EAST, WEST));
    const { exitCode, secrets } = await statuses();
    expect(secrets).toEqual([['app/db', 'equal', 'tags would be written']]);
    expect(exitCode).toBe(0);
  });

  test('writes versions and times, and neither values nor hashes that could be tried', async () => {
    await create(EAST, 'app/db', VALUE);
    await create(EAST, 'app/renamed', VALUE);
    await create(EAST, 'app/own', VALUE);
    await replicate('app/db', 'app/renamed');
    await later();
    await put(EAST, 'app/renamed', `${VALUE}4`);
    const [plain, once, twice] = [await run(), await run({ hashes: true }), await run({ hashes: true })];
    const outputs = [plain.text, once.text, twice.text, (await run({ json: true, hashes: true, all: true })).text];
    expect(outputs.join('')).not.toMatch(/HUNTER2|example\.org/);
    expect(plain.text).toMatch(
      /^equal {4}app\/db +us-west-2 +source \S+ \d{4}-\S+Z +copy replica-us-east-1-\S+ \d{4}-\S+Z$/m,
    );
    expect(plain.text).toMatch(/^differs {2}app\/renamed {2}us-west-2 as app\/called-otherwise /m);
    expect(plain.text).toMatch(/\n1 equal, 1 filtered, 1 differs\n$/);
    expect(plain.text).not.toContain('app/own');
    expect((await run({ all: true })).text).toMatch(/^filtered {2}app\/own/m);
    const hashesOf = (text: string, name: string): string[] =>
      [...(text.split('\n').find((line) => line.includes(` ${name} `)) ?? '').matchAll(/ ([0-9a-f]{16})(?= |$)/g)].map(
        ([, hash]) => hash,
      );
    const [source, copy] = hashesOf(once.text, 'app/db');
    expect(source).toBe(copy);
    expect(hashesOf(twice.text, 'app/db')[0]).not.toBe(source);
    const [changed, old] = hashesOf(once.text, 'app/renamed');
    expect(changed).not.toBe(old);
  });

  test('compares what it is asked for, with the configuration it is given', async () => {
    await create(EAST, 'app/db', VALUE);
    await create(EAST, 'app/raw', VALUE);
    await replicate('app/db', 'app/raw');
    expect((await statuses({ secret: ['app/db'] })).secrets).toEqual([['app/db', 'equal', undefined]]);
    const config = join(folder, 'config.json');
    const destinations = [
      { region: WEST, filters: 'secrets-replicator/filters/to-west' },
      { name: 'x', region: WEST, filters: 'f' },
    ];
    writeFileSync(config, JSON.stringify({ destinations, secrets: { f: { 'app/*': '' } } }));
    const { secrets } = await statuses({ config, destination: ['x'] });
    expect(secrets).toEqual([
      ['app/db', 'differs', undefined],
      ['app/raw', 'equal', undefined],
      ['to-west', 'filtered', 'the filter does not let it pass'],
    ]);
    expect((await statuses({ secret: ['app/nothing'] })).secrets).toEqual([
      ['app/nothing', 'refused', 'there is no such secret'],
    ]);
  });

  test('a source without a value, or one that is deleted, has nothing to compare with', async () => {
    await client(EAST).send(new CreateSecretCommand({ Name: 'app/empty' }));
    await create(EAST, 'app/deleted', VALUE);
    await client(EAST).send(new DeleteSecretCommand({ SecretId: 'app/deleted', RecoveryWindowInDays: 7 }));
    const { exitCode, secrets } = await statuses();
    expect(secrets).toEqual([
      ['app/deleted', 'nothing', 'the source is deleted, and the copy stays'],
      ['app/empty', 'nothing', 'the source has no value yet'],
    ]);
    expect(exitCode).toBe(0);
  });

  test('what could not be compared at all is no difference', async () => {
    expect(await run({ configSecret: 'none' })).toEqual({
      exitCode: 2,
      error: 'none is not there or has no text',
      text: '',
    });
    expect((await run({ region: 'east' })).error).toBe('east is not written as AWS writes a region');
  });

  test('comes with its exit codes from the command line', async () => {
    await create(EAST, 'app/db', VALUE);
    const cli = (...args: string[]) =>
      spawnSync(process.execPath, ['-r', 'ts-node/register', 'drill/dr.ts', 'secrets', 'diff', ...args], {
        encoding: 'utf8',
        // The SDK warns of a release of Node.js that is older than Lambda's.
        env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      });
    expect(cli('--region', EAST)).toMatchObject({ status: 1, stdout: expect.stringMatching(/^missing {2}app\/db /) });
    await replicate('app/db');
    expect(cli('--region', EAST, '--secret', 'app/db')).toMatchObject({ status: 0, stderr: '' });
    expect(cli().status).toBe(2);
    expect(cli('--region', EAST, '--config', join(folder, 'none')).status).toBe(2);
  }, 60_000);
});

/** Secrets Manager keeps times in whole seconds here. */
async function later(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1100));
}
