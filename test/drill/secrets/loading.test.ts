import { spawnSync } from 'child_process';
import { diff } from '../../../drill/secrets/diff';

const OPTIONS = { region: 'us-east-1', configSecret: 'secrets-replicator/destinations', secret: [], destination: [] };

describe('loading dr secrets', () => {
  afterEach(() => jest.resetModules());

  test('takes neither the SDK nor the simulator', () => {
    const script = `
      require('ts-node/register');
      require('./drill/secrets/secrets-command').secretsCommand();
      const loaded = Object.keys(require.cache).filter((path) => /@aws-sdk|@smithy|\\/simulator\\/|\\/cdktf\\//.test(path));
      process.stdout.write(JSON.stringify(loaded));`;
    const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual([]);
  });

  test('says what diff needs where the SDK is not installed', async () => {
    jest.doMock('../../../lambda/secrets-replicator/aws-stores', () => {
      throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
    });
    expect(await diff(OPTIONS)).toEqual({
      exitCode: 2,
      error: 'install @aws-sdk/client-secrets-manager and @aws-sdk/client-sts beside this package',
    });
  });

  test('hides no other error', async () => {
    jest.doMock('../../../lambda/secrets-replicator/aws-stores', () => {
      throw new Error('broken');
    });
    await expect(diff(OPTIONS)).rejects.toThrow('broken');
  });
});
