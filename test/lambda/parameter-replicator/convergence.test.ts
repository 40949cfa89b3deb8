import fc from 'fast-check';
import { EAST, PREFIX, WEST, World, WorldProps } from './world';

/** Something somebody does, some time after the last thing. */
interface Act {
  readonly gap: number;
  readonly region: string;
  readonly name: string;
  readonly verb: string;
}

const NAMES = [`${PREFIX}/a`, `${PREFIX}/b`];

function acts(...verbs: string[]): fc.Arbitrary<Act[]> {
  return fc.array(
    fc.record({
      // Bursts within milliseconds, and calm.
      gap: fc.oneof(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 4_000 }), fc.constant(90_000)),
      region: fc.constantFrom(EAST, WEST),
      name: fc.constantFrom(...NAMES),
      verb: fc.constantFrom(...verbs),
    }),
    { minLength: 1, maxLength: 12 },
  );
}

/** The last thing that was done to each name. */
interface Last {
  readonly region: string;
  readonly value: string | undefined;
  readonly at: number;
}

async function live(world: World, script: readonly Act[]): Promise<Map<string, Last>> {
  const last = new Map<string, Last>();
  for (const [index, { gap, region, name, verb }] of script.entries()) {
    await world.pass(gap);
    if (verb === 'write') {
      const value = `${index} at db.${region}.internal`;
      world.write(region, name, value);
      last.set(name, { region, value, at: world.now });
    } else if (world.delete(region, name)) {
      last.set(name, { region, value: undefined, at: world.now });
    }
  }
  await world.run();
  return last;
}

async function writesAfterwards(world: World): Promise<number> {
  const before = world.writes;
  await world.reconcileBoth();
  for (const region of [EAST, WEST]) {
    await world.finish(world.invoke(region, { source: 'manual', names: NAMES }));
  }
  return world.writes - before;
}

function inWordsOf(world: World, region: string, { region: writtenIn, value }: Last): string | undefined {
  return value === undefined || region === writtenIn ? value : world.swap(value);
}

const anySeed = fc.integer({ min: 1, max: 2 ** 30 });
const RUNS = { numRuns: 400 };

describe('two replicators, writes only', () => {
  const converges = (props: WorldProps) =>
    fc.asyncProperty(anySeed, acts('write'), async (seed, script) => {
      const world = new World({ seed, ...props });
      const last = await live(world, script);
      expect(world.failures).toEqual([]);
      for (const [name, newest] of last) {
        for (const region of [EAST, WEST]) {
          expect([region, world.value(region, name)]).toEqual([region, inWordsOf(world, region, newest)]);
        }
      }
      expect(world.writes).toBeLessThanOrEqual(4 * script.length);
      expect(await writesAfterwards(world)).toBe(0);
    });

  test(
    'end in the newest write whatever the events do (R-SSM-7)',
    () => fc.assert(converges({ latency: 80, eventDelay: 20_000, duplicates: 0.3 }), RUNS),
    120_000,
  );

  test(
    'end in the newest write when calls are so slow that they overlap',
    () => fc.assert(converges({ latency: 3_000, eventDelay: 5_000, duplicates: 0.5 }), RUNS),
    120_000,
  );

  test(
    'end in the newest write when invocations die half way, between the value and its tags too',
    () => fc.assert(converges({ latency: 80, eventDelay: 20_000, duplicates: 0.3, crashes: 0.4 }), RUNS),
    120_000,
  );
});

describe('two replicators that know no authors, as on a local AWS', () => {
  test(
    'end in the newest write when nothing overlaps',
    () =>
      fc.assert(
        fc.asyncProperty(anySeed, acts('write'), async (seed, script) => {
          const world = new World({ seed, authors: false, duplicates: 0.3 });
          const last = await live(
            world,
            script.map((act) => ({ ...act, gap: act.gap + 1_000 })),
          );
          for (const [name, newest] of last) {
            expect(world.value(EAST, name)).toBe(inWordsOf(world, EAST, newest));
            expect(world.value(WEST, name)).toBe(inWordsOf(world, WEST, newest));
          }
          expect(await writesAfterwards(world)).toBe(0);
        }),
        RUNS,
      ),
    120_000,
  );
});

describe('two replicators, writes and deletes', () => {
  test(
    'agree, and keep what was written last (R-SSM-3)',
    () =>
      fc.assert(
        fc.asyncProperty(anySeed, acts('write', 'write', 'delete'), async (seed, script) => {
          const world = new World({ seed, latency: 80, eventDelay: 20_000, duplicates: 0.3 });
          const last = await live(world, script);
          await world.reconcileBoth();
          expect(world.failures).toEqual([]);
          expect(world.translatedView(EAST)).toEqual(world.view(WEST));
          for (const [name, newest] of last) {
            if (newest.value !== undefined) expect(world.value(EAST, name)).toBe(inWordsOf(world, EAST, newest));
          }
          expect(world.writes).toBeLessThanOrEqual(6 * script.length);
          expect(await writesAfterwards(world)).toBe(0);
        }),
        RUNS,
      ),
    120_000,
  );

  test(
    'agree on the last act, be it a delete, when events arrive between the acts',
    () =>
      fc.assert(
        fc.asyncProperty(anySeed, acts('write', 'delete'), async (seed, script) => {
          const world = new World({ seed, latency: 80, eventDelay: 10_000, duplicates: 0.5 });
          const last = await live(
            world,
            script.map((act) => ({ ...act, gap: act.gap + 60_000 })),
          );
          for (const [name, newest] of last) {
            expect(world.value(EAST, name)).toBe(inWordsOf(world, EAST, newest));
            expect(world.value(WEST, name)).toBe(inWordsOf(world, WEST, newest));
          }
          expect(await writesAfterwards(world)).toBe(0);
        }),
        RUNS,
      ),
    120_000,
  );

  test(
    'agree after a reconcile when events are lost, and lose no write',
    () =>
      fc.assert(
        fc.asyncProperty(anySeed, acts('write'), async (seed, script) => {
          const world = new World({ seed, latency: 80, eventDelay: 10_000, losses: 0.5 });
          const last = await live(world, script);
          await world.reconcileBoth();
          for (const [name, newest] of last) {
            expect(world.value(EAST, name)).toBe(inWordsOf(world, EAST, newest));
            expect(world.value(WEST, name)).toBe(inWordsOf(world, WEST, newest));
          }
          expect(await writesAfterwards(world)).toBe(0);
        }),
        RUNS,
      ),
    120_000,
  );
});
