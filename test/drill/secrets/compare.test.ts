import { compareAll, CompareProps, Comparison } from '../../../drill/secrets/compare';
import { ReplicatorFunction } from '../../../lambda/secrets-replicator/index';
import { MemoryAws } from '../../lambda/secrets-replicator/memory';

const EAST = 'us-east-1';
const WEST = 'us-west-2';
const CONFIG = 'secrets-replicator/destinations';
const WRITES = /^(Create|Put|Update|Delete|Restore|Tag|Untag)/;

/** Secrets of the east, which go to the west with their region swapped. */
class World {
  public readonly aws = new MemoryAws();

  constructor(destination: object = {}, filter: object = { 'app/**': '' }) {
    this.aws.write(EAST, 'filter', JSON.stringify(filter));
    const destinations = [{ region: WEST, filters: 'filter', regionSwap: true, ...destination }];
    this.aws.write(EAST, CONFIG, JSON.stringify({ destinations }));
  }

  public replicate(secretId: string): Promise<unknown> {
    const parts = { retryQueue: undefined, deadLetterQueue: undefined, write: () => undefined };
    return new ReplicatorFunction(
      {
        ...{ region: EAST, configSecret: CONFIG, metricNamespace: 'Test', replicator: 'test', parallel: 10 },
        deadlineMarginMilliseconds: 1,
      },
      { ...parts, stores: this.aws.stores(), surroundings: this.aws },
    ).handle({ source: 'manual', secretId });
  }

  /** What is found, without a single write. */
  public async compare(props: Partial<CompareProps> = {}): Promise<Comparison[]> {
    const before = this.aws.calls.length;
    const found = await compareAll({
      ...{ region: EAST, configSecret: CONFIG, texts: new Map(), stores: this.aws.stores() },
      ...props,
    });
    expect(this.aws.calls.slice(before).filter((call) => WRITES.test(call))).toEqual([]);
    return found;
  }

  public async statuses(props: Partial<CompareProps> = {}): Promise<unknown[]> {
    return (await this.compare(props))
      .filter(({ secret }) => secret !== 'filter')
      .map(({ secret, status, reason }) => [secret, status, ...(reason === undefined ? [] : [reason])]);
  }
}

describe('comparing', () => {
  test('tells what was read and what should be there', async () => {
    const world = new World();
    world.aws.write(EAST, 'app/db', 'db.us-east-1');
    const [missing] = await world.compare();
    expect(missing).toMatchObject({
      ...{ secret: 'app/db', destination: WEST, region: WEST, name: 'app/db', status: 'missing' },
      sourceVersion: { content: { text: 'db.us-east-1' } },
      wanted: { text: 'db.us-west-2' },
    });
    expect(missing.copyVersion).toBeUndefined();
    await world.replicate('app/db');
    const [equal] = await world.compare();
    expect(equal).toMatchObject({ status: 'equal', copyVersion: { content: { text: 'db.us-west-2' } } });
    expect(equal.copyVersion?.id).toMatch(/^replica-us-east-1-/);
    world.aws.write(EAST, 'app/db', 'other.us-east-1');
    expect((await world.compare())[0]).toMatchObject({ status: 'differs', wanted: { text: 'other.us-west-2' } });
  });

  test('says what else would be written beside an equal value', async () => {
    const world = new World({ kmsKeyId: 'alias/theirs' });
    world.aws.write(EAST, 'app/db', 'x');
    await world.replicate('app/db');
    world.aws.change(EAST, 'app/db', { description: 'new', tags: { team: 'data' } });
    world.aws.change(WEST, 'app/db', { kmsKeyId: 'alias/ours', tags: { old: 'x', 'dr:origin-region': EAST } });
    expect(await world.statuses()).toEqual([['app/db', 'equal', 'description, key, tags would be written']]);
  });

  test('tells what cannot be read from what is refused', async () => {
    const world = new World();
    for (const name of ['app/denied', 'app/hidden', 'app/native', 'app/slow']) world.aws.write(EAST, name, 'x');
    world.aws.write(WEST, 'app/native', 'x');
    world.aws.change(WEST, 'app/native', { primaryRegion: 'eu-west-1' });
    world.aws.faults.push(
      { operation: 'GetSecretValue', region: WEST, name: 'app/denied', code: 'AccessDeniedException' },
      { operation: 'DescribeSecret', region: EAST, name: 'app/hidden', code: 'AccessDeniedException' },
      { operation: 'DescribeSecret', region: WEST, name: 'app/slow', code: 'ThrottlingException', times: 1 },
    );
    expect(await world.statuses()).toEqual([
      ['app/denied', 'unreadable', 'GetSecretValue of app/denied in us-west-2 failed: AccessDeniedException'],
      ['app/hidden', 'unreadable', 'DescribeSecret of app/hidden in us-east-1 failed: AccessDeniedException'],
      ['app/native', 'refused', 'the secret at the destination is a replica of Secrets Manager itself (R-SEC-2)'],
      ['app/slow', 'missing'],
    ]);
  });

  test('keeps to what a destination does when its source is deleted', async () => {
    for (const [deletion, expected] of [
      ['keep', ['app/db', 'nothing', 'the source is deleted, and the copy stays']],
      ['delete', ['app/db', 'differs', 'it would be deleted with its source']],
    ]) {
      const world = new World({ deletion });
      world.aws.write(EAST, 'app/db', 'x');
      await world.replicate('app/db');
      world.aws.change(EAST, 'app/db', { recoveryDays: 7 });
      expect(await world.statuses()).toEqual([expected]);
    }
  });

  test('a secret that waits for its deletion is missing, whatever it holds', async () => {
    const world = new World();
    world.aws.write(EAST, 'app/db', 'x');
    await world.replicate('app/db');
    world.aws.change(WEST, 'app/db', { recoveryDays: 7 });
    expect(await world.statuses()).toEqual([['app/db', 'missing', 'it waits for its deletion']]);
  });

  test("in a pair that replicates both ways, copies are nobody's source", async () => {
    const world = new World();
    world.aws.write(WEST, 'filter', '{"app/**":""}');
    world.aws.write(WEST, CONFIG, JSON.stringify([{ region: EAST, filters: 'filter', regionSwap: true }]));
    world.aws.write(EAST, 'app/db', 'db.us-east-1');
    await world.replicate('app/db');
    expect(await world.statuses({ region: WEST })).toEqual([
      ['app/db', 'filtered', 'it is a copy, and no copy is copied on'],
    ]);
    world.aws.write(WEST, 'app/db', 'db.us-west-2 after the failover');
    expect(await world.statuses()).toEqual([['app/db', 'newer', 'the destination has a newer value']]);
    expect(await world.statuses({ region: WEST })).toEqual([['app/db', 'differs']]);
  });

  test('binary values are compared, and never quoted', async () => {
    const world = new World({ regionSwap: false });
    world.aws.write(EAST, 'app/key', { binary: Buffer.from([1, 2]) });
    await world.replicate('app/key');
    expect(await world.statuses()).toEqual([['app/key', 'equal']]);
    world.aws.write(EAST, 'app/key', { binary: Buffer.from([1, 3]) });
    expect(await world.statuses()).toEqual([['app/key', 'differs']]);
  });

  test('a configuration that is given counts before the one that is there', async () => {
    const world = new World();
    world.aws.write(EAST, 'app/db', 'x');
    world.aws.write(EAST, 'other', 'x');
    const texts = new Map([['filter', '{"other":""}']]);
    expect(await world.statuses({ texts })).toEqual([
      ['app/db', 'filtered', 'the filter does not let it pass'],
      ['other', 'missing'],
    ]);
    const arn = `arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-AbCdEf`;
    expect(await world.statuses({ secrets: [arn] })).toEqual([['app/db', 'missing']]);
    expect(await world.statuses({ destinations: ['nowhere'], secrets: ['app/db'] })).toEqual([
      ['app/db', 'refused', 'there is no such destination'],
    ]);
  });
});
