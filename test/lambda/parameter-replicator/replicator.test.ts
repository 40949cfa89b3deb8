import { ParameterStore } from '../../../lambda/parameter-replicator/model';
import { Replicator } from '../../../lambda/parameter-replicator/replicator';
import { content, EAST, eventOf, PREFIX, WEST, World } from './world';

const NAME = `${PREFIX}/pool-size`;

describe('a change', () => {
  test.each(['Create', 'Update', 'LabelParameterVersion'])(
    'of kind %s copies what is there now, not what the event says',
    async (operation) => {
      const world = new World({ losses: 1 });
      world.write(EAST, NAME, '10');
      world.write(EAST, NAME, '20');
      expect(await world.finish(world.invoke(EAST, eventOf(NAME, operation)))).toEqual([
        { name: NAME, outcome: 'created' },
      ]);
      expect(world.value(WEST, NAME)).toBe('20');
    },
  );

  test('copies type, tier, data type, description and pattern (R-SSM-6)', async () => {
    const world = new World();
    const all = content('ami-1', {
      type: 'SecureString',
      tier: 'Advanced',
      dataType: 'aws:ec2:image',
      description: 'image',
      allowedPattern: '^ami-',
    });
    world.write(EAST, NAME, all);
    await world.run();
    expect(world.view(WEST)).toEqual({ [NAME]: all });
    world.write(EAST, NAME, content('ami-2', { tier: 'Advanced' }));
    await world.run();
    expect(world.view(WEST)).toEqual({ [NAME]: content('ami-2', { tier: 'Advanced' }) });
  });

  test('never asks for an advanced parameter to become a standard one (R-SSM-6)', async () => {
    const world = new World();
    world.write(WEST, NAME, content('old', { tier: 'Advanced' }));
    await world.run();
    world.delete(EAST, NAME);
    world.write(EAST, NAME, 'new');
    await world.run();
    expect(world.view(WEST)[NAME]).toEqual(content('new', { tier: 'Advanced' }));
    const before = world.writes;
    await world.finish(world.invoke(EAST, eventOf(NAME, 'Update')));
    expect(world.writes).toBe(before);
  });

  test('swaps region-bound strings, in both directions (R-SSM-8)', async () => {
    const world = new World();
    world.write(EAST, NAME, 'db.us-east-1.internal via queue-east');
    await world.run();
    expect(world.value(WEST, NAME)).toBe('db.us-west-2.internal via queue-west');
    world.write(WEST, NAME, 'db.us-west-2.internal directly');
    await world.run();
    expect(world.value(EAST, NAME)).toBe('db.us-east-1.internal directly');
  });

  test('is written once and not answered (R-SSM-7)', async () => {
    const world = new World({ duplicates: 1 });
    world.write(EAST, NAME, '10');
    await world.run();
    expect(world.writes).toBe(1);
    expect(world.parameter(WEST, NAME)?.mark).toEqual({
      replicaVersion: 1,
      origin: { region: EAST, version: 1, modified: expect.any(Number) },
    });
  });

  test('that made both sides equal already is not written at all, as with first values', async () => {
    const world = new World();
    world.write(EAST, NAME, 'queue-east');
    world.write(WEST, NAME, 'queue-west');
    await world.run();
    await world.reconcileBoth();
    expect(world.writes).toBe(0);
  });

  test('outside the prefix or in an excluded path is ignored', async () => {
    const world = new World();
    for (const name of ['/other/a', `${PREFIX}ish/a`, `${PREFIX}/regional/queue`, `${PREFIX}/regional`]) {
      world.write(EAST, name, '1');
      expect(await world.finish(world.invoke(EAST, eventOf(name, 'Create')))).toEqual([]);
    }
    await world.reconcileBoth();
    expect(world.view(WEST)).toEqual({});
    expect(world.replicator(EAST).isReplicated(`${PREFIX}/regionality`)).toBe(true);
  });

  test('that is gone again leaves nothing behind', async () => {
    const world = new World();
    expect(await world.finish(world.invoke(EAST, eventOf(NAME, 'Create')))).toEqual([
      { name: NAME, outcome: 'absent' },
    ]);
  });

  test('in between is seen by the number of the version, and the newer value put back at once', async () => {
    const world = new World({ latency: 1_000, losses: 1 });
    world.write(WEST, NAME, 'old');
    await world.pass(1_000);
    world.write(EAST, NAME, 'new');
    const copying = world.invoke(EAST, eventOf(NAME, 'Update'));
    await passUntilRead(world);
    world.write(WEST, NAME, 'newest');
    await world.finish(copying);
    expect(world.parameter(WEST, NAME)?.versions.map((one) => one.content.value)).toEqual([
      'old',
      'newest',
      'new',
      'newest',
    ]);
    expect(world.parameter(WEST, NAME)?.mark).toMatchObject({
      replicaVersion: 4,
      origin: { region: WEST, version: 2 },
    });
  });

  test('that somebody else created in between is compared again', async () => {
    const world = new World({ latency: 1_000, losses: 1 });
    world.write(EAST, NAME, 'old');
    const copying = world.invoke(EAST, eventOf(NAME, 'Create'));
    await passUntilRead(world);
    world.write(WEST, NAME, 'newest');
    expect(await world.finish(copying)).toEqual([{ name: NAME, outcome: 'unchanged' }]);
    expect(world.value(WEST, NAME)).toBe('newest');
  });

  test('gives up, for Lambda to try again, when others write faster', async () => {
    const world = new World({ losses: 1 });
    world.write(WEST, NAME, 'b');
    await world.pass(10);
    const parts = world.partsOf(EAST);
    const replicator = new Replicator({ ...parts, peer: { ...parts.peer, update: async () => 99 } });
    world.write(EAST, NAME, 'c');
    const [{ error }] = await world.finish(replicator.handle({ kind: 'manual', names: [NAME] }));
    expect(error?.message).toBe(`${NAME} is written by others faster than it can be copied`);
  });

  test('repairs the mark that a dead invocation did not write', async () => {
    const world = new World({ losses: 1 });
    world.write(EAST, NAME, '1');
    await world.finish(world.invoke(EAST, eventOf(NAME, 'Create')));
    world.write(EAST, NAME, '2');
    // Reads twice, writes the value, and dies.
    const [died] = await world.finish(world.replicator(EAST, 3).handle({ kind: 'manual', names: [NAME] }));
    expect(died.error).toBeDefined();
    await world.finish(world.invoke(EAST, eventOf(NAME, 'Update')));
    expect(world.parameter(WEST, NAME)?.mark).toMatchObject({ replicaVersion: 2, origin: { version: 2 } });
    expect(world.writes).toBe(2);
  });

  test('without recorded authors is told from a copy by its mark', async () => {
    const world = new World({ authors: false });
    world.write(EAST, NAME, 'first');
    await world.run();
    world.write(WEST, NAME, 'second');
    await world.run();
    expect(world.value(EAST, NAME)).toBe('second');
    expect(world.parameter(EAST, NAME)?.mark).toMatchObject({
      replicaVersion: 2,
      origin: { region: WEST, version: 2 },
    });
    expect(world.writes).toBe(2);
  });

  test('of the same millisecond in both regions goes to the region whose name is last', async () => {
    const world = new World();
    world.write(EAST, NAME, 'east');
    world.write(WEST, NAME, 'west');
    await world.run();
    expect([world.value(EAST, NAME), world.value(WEST, NAME)]).toEqual(['west', 'west']);
  });
});

describe('labels', () => {
  test('of the current version are copied, with a new version and after it (R-SSM-3)', async () => {
    const world = new World();
    world.write(EAST, NAME, '1');
    world.label(EAST, NAME, 1, ['live']);
    await world.run();
    expect(world.parameter(WEST, NAME)?.versions[0].labels).toEqual(['live']);
    world.write(EAST, NAME, '2');
    await world.run();
    world.label(EAST, NAME, 2, ['live', 'tested']);
    await world.run();
    expect(world.parameter(WEST, NAME)?.versions.map(({ labels }) => labels)).toEqual([[], ['live', 'tested']]);
  });

  test('that somebody put on a copy reach the original', async () => {
    const world = new World();
    world.write(EAST, NAME, '1');
    await world.run();
    world.label(WEST, NAME, 1, ['live']);
    await world.run();
    expect(world.parameter(EAST, NAME)?.versions[0].labels).toEqual(['live']);
    expect(world.writes).toBe(1);
  });

  test('are not put on a value that differs', async () => {
    const world = new World({ losses: 1 });
    world.write(EAST, NAME, 'old');
    world.label(EAST, NAME, 1, ['live']);
    await world.pass(10);
    world.write(WEST, NAME, 'new');
    await world.finish(world.invoke(EAST, eventOf(NAME, 'LabelParameterVersion')));
    expect(world.parameter(WEST, NAME)?.versions[0].labels).toEqual([]);
  });
});

describe('a delete', () => {
  test('is propagated, and its echo does nothing (R-SSM-3)', async () => {
    const world = new World({ duplicates: 1 });
    world.write(EAST, NAME, '1');
    await world.run();
    world.delete(EAST, NAME);
    await world.run();
    expect(world.value(WEST, NAME)).toBeUndefined();
    expect(world.writes).toBe(2);
  });

  test('of a copy deletes the original, as after a failover', async () => {
    const world = new World();
    world.write(EAST, NAME, '1');
    await world.run();
    await world.pass(60_000);
    world.delete(WEST, NAME);
    await world.run();
    expect(world.value(EAST, NAME)).toBeUndefined();
  });

  test('does not touch what exists again', async () => {
    const world = new World({ eventDelay: 20_000 });
    world.write(EAST, NAME, '1');
    await world.run();
    world.delete(EAST, NAME);
    world.write(EAST, NAME, '2');
    await world.run();
    expect([world.value(EAST, NAME), world.value(WEST, NAME)]).toEqual(['2', '2']);
  });

  test('does not touch what was written over there since', async () => {
    const world = new World({ losses: 1 });
    const at = world.now;
    await world.pass(2_000);
    world.write(WEST, NAME, 'newer');
    expect(await world.finish(world.invoke(EAST, eventOf(NAME, 'Delete', at)))).toEqual([
      { name: NAME, outcome: 'kept' },
    ]);
    await world.reconcileBoth();
    expect(world.value(EAST, NAME)).toBe('newer');
  });

  test('waits until a creation that follows has arrived', async () => {
    const world = new World({ losses: 1 });
    world.write(EAST, NAME, '1');
    await world.finish(world.invoke(EAST, eventOf(NAME, 'Create')));
    await world.pass(10_000);
    world.delete(EAST, NAME);
    const deleting = world.invoke(EAST, eventOf(NAME, 'Delete', world.now));
    await world.pass(4_000);
    world.write(EAST, NAME, '2');
    expect(await world.finish(deleting)).toEqual([{ name: NAME, outcome: 'updated' }]);
    expect(world.parameter(WEST, NAME)?.versions).toHaveLength(2);
  });

  test('looks once more when it is done, and brings back what was created meanwhile', async () => {
    const world = new World({ latency: 1_000, losses: 1 });
    world.write(EAST, NAME, '1');
    await world.finish(world.invoke(EAST, eventOf(NAME, 'Create')));
    await world.pass(10_000);
    world.delete(EAST, NAME);
    const deleting = world.invoke(EAST, eventOf(NAME, 'Delete', world.now));
    while (world.value(WEST, NAME) !== undefined) await world.pass(1);
    world.write(EAST, NAME, '2');
    expect(await world.finish(deleting)).toEqual([{ name: NAME, outcome: 'created' }]);
    expect(world.value(WEST, NAME)).toBe('2');
  });

  test('of what is not there is done (R-SSM-3)', async () => {
    const world = new World();
    expect(await world.finish(world.invoke(EAST, eventOf(NAME, 'Delete')))).toEqual([
      { name: NAME, outcome: 'absent' },
    ]);
  });

  test('gives up when the copy never stands still', async () => {
    const world = new World({ losses: 1 });
    const at = world.now + 10_000_000;
    world.write(WEST, NAME, '0');
    const deleting = world.invoke(EAST, eventOf(NAME, 'Delete', at));
    for (let n = 1; n < 100; n++) {
      await world.pass(4_000);
      world.write(WEST, NAME, String(n));
    }
    await world.finish(deleting);
    expect(world.failures).toEqual([`${NAME} is written by others faster than it can be deleted`]);
  });
});

describe('a reconcile (R-SSM-10)', () => {
  test('finds what events missed, in both directions, and deletes nothing', async () => {
    const world = new World({ losses: 1 });
    world.write(EAST, `${PREFIX}/only-east`, '1');
    world.write(WEST, `${PREFIX}/only-west`, '2');
    world.write(EAST, `${PREFIX}/both`, 'old');
    await world.pass(10);
    world.write(WEST, `${PREFIX}/both`, 'new');
    await world.reconcileBoth();
    expect(world.view(EAST)).toEqual(world.view(WEST));
    expect(Object.values(world.view(EAST)).map(({ value }) => value)).toEqual(['new', '1', '2']);
  });

  test('leaves a delete alone that is on its way, and a copy whose original is gone', async () => {
    const world = new World({ losses: 1 });
    world.write(EAST, NAME, '1');
    await world.finish(world.invoke(EAST, eventOf(NAME, 'Create')));
    world.delete(EAST, NAME);
    expect(await world.finish(world.invoke(WEST, { source: 'reconcile' }))).toEqual([
      { name: NAME, outcome: 'orphan' },
    ]);
    expect(world.value(EAST, NAME)).toBeUndefined();
    expect(world.value(WEST, NAME)).toBe('1');
  });

  test('does not bring back an older value for a newer one that was deleted over there', async () => {
    const world = new World({ losses: 1 });
    world.write(EAST, NAME, 'first');
    await world.finish(world.invoke(EAST, eventOf(NAME, 'Create')));
    await world.pass(10);
    world.write(WEST, NAME, 'second');
    await world.finish(world.invoke(WEST, eventOf(NAME, 'Update')));
    world.delete(WEST, NAME);
    expect(await world.finish(world.invoke(EAST, eventOf(NAME, 'Update')))).toEqual([
      { name: NAME, outcome: 'orphan' },
    ]);
    expect(world.value(WEST, NAME)).toBeUndefined();
  });

  test('leaves a copy alone that was never marked and has no original', async () => {
    const world = new World({ losses: 1 });
    world.write(EAST, NAME, '1');
    await world.finish(world.invoke(EAST, eventOf(NAME, 'Create')));
    world.delete(EAST, NAME);
    world.write(WEST, NAME, '2');
    const parts = world.partsOf(WEST);
    const read = async () => {
      const parameter = await parts.local.read(NAME);
      return parameter && { versions: parameter.versions.slice(0, 1) };
    };
    const replicator = new Replicator({ ...parts, local: { ...parts.local, read } });
    expect(await world.finish(replicator.handle({ kind: 'reconcile' }))).toEqual([{ name: NAME, outcome: 'orphan' }]);
  });

  test('does not stop at a failure', async () => {
    const world = new World({ losses: 1 });
    world.write(EAST, `${PREFIX}/a`, '1');
    world.write(EAST, `${PREFIX}/b`, '2');
    const parts = world.partsOf(EAST);
    const create: ParameterStore['create'] = (name, ...rest) =>
      name.endsWith('/a') ? Promise.reject(new Error('refused')) : parts.peer.create(name, ...rest);
    const replicator = new Replicator({ ...parts, peer: { ...parts.peer, create } });
    const results = await world.finish(replicator.handle({ kind: 'reconcile' }));
    expect(results).toEqual([
      { name: `${PREFIX}/a`, error: new Error('refused') },
      { name: `${PREFIX}/b`, outcome: 'created' },
    ]);
  });
});

describe('a manual request', () => {
  test('copies the names it lists and refuses what is not replicated', async () => {
    const world = new World({ losses: 1 });
    world.write(EAST, NAME, '1');
    const results = await world.finish(
      world.replicator(EAST).handle({ kind: 'manual', names: [NAME, `${PREFIX}/regional/a`] }),
    );
    expect(results[0]).toEqual({ name: NAME, outcome: 'created' });
    expect(results[1].error?.message).toBe('/app/dev/regional/a is not below /app/dev or is excluded');
  });

  test('with nothing to do does nothing', async () => {
    expect(await new World().replicator(EAST).handle({ kind: 'ignored', reason: 'none' })).toEqual([]);
  });
});

/** Lets time pass until the first reads are over and the write is on its way. */
async function passUntilRead(world: World): Promise<void> {
  const replicatorReads = jest.spyOn(world, 'parameter');
  while (replicatorReads.mock.calls.length < 2) await world.pass(1);
  replicatorReads.mockRestore();
}
