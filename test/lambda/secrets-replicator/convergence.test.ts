import fc from 'fast-check';
import { handlerOf } from '../../../lambda/secrets-replicator/index';
import { Result } from '../../../lambda/secrets-replicator/results';
import { currentOf, MemoryAws } from './memory';
import { CONFIG, EAST, WEST } from './scenarios';
import { changed } from './scenarios';

const NAME = 'app/db';
const WRITES = [
  'CreateSecret',
  'PutSecretValue',
  'UpdateSecretVersionStage',
  'UpdateSecret',
  'TagResource',
  'UntagResource',
];
const swapped = (text: string): string => text.replace(/east|west/g, (word) => (word === 'east' ? 'west' : 'east'));

interface Act {
  readonly gap: number;
  readonly region: string;
  readonly verb: string;
}

interface Chances {
  readonly seed: number;
  /** Longest way of an API call and of an event in milliseconds. */
  readonly latency: number;
  readonly eventDelay: number;
}

/** Regions with a replicator in each, whose calls and events take their time. */
class World {
  public readonly aws = new MemoryAws();
  public readonly failures: string[] = [];
  public writes = 0;
  private readonly waiting: { at: number; order: number; resolve: () => void }[] = [];
  private order = 0;
  private readonly random: () => number;
  private readonly handlers: Map<string, ReturnType<typeof handlerOf>>;

  constructor(
    private readonly chances: Chances,
    routes: Readonly<Record<string, string>>,
  ) {
    this.random = generator(chances.seed);
    this.aws.sleep = (milliseconds) => this.pause(milliseconds);
    this.aws.before = async (operation, region, name) => {
      await this.pause(this.random() * chances.latency);
      if (!WRITES.includes(operation)) return;
      this.writes++;
      this.tell(region, operation, name);
    };
    for (const [region, destination] of Object.entries(routes)) this.configure(region, destination);
    this.handlers = new Map(
      Object.keys(routes).map((region) => [
        region,
        handlerOf(
          { AWS_REGION: region },
          {
            stores: this.aws.stores(),
            surroundings: this.aws,
            write: () => undefined,
            retryQueue: { send: async () => undefined },
            deadLetterQueue: { send: async () => undefined },
          },
        ),
      ]),
    );
  }

  public write(region: string, text: string): void {
    this.aws.write(region, NAME, { text });
    this.tell(region, 'PutSecretValue', NAME);
  }

  public roll(region: string, versionId: string): void {
    this.aws.roll(region, NAME, versionId);
    this.tell(region, 'UpdateSecretVersionStage', NAME);
  }

  public async run(): Promise<void> {
    await turn();
    while (this.waiting.length > 0) await this.step();
  }

  public async pass(milliseconds: number): Promise<void> {
    const until = this.aws.time + milliseconds;
    await turn();
    while (this.waiting.some(({ at }) => at <= until)) await this.step();
    this.aws.time = Math.max(this.aws.time, until);
  }

  public async reconcile(): Promise<void> {
    for (const region of this.handlers.keys()) void this.invoke(region, { source: 'schedule' });
    await this.run();
  }

  private configure(region: string, destination: string): void {
    const fields = { region: destination, filters: 'secrets-replicator/filters/all', transformations: 'swap' };
    this.aws.write(region, CONFIG, JSON.stringify({ destinations: [fields] }));
    this.aws.write(region, 'secrets-replicator/filters/all', '{"**": ""}');
    this.aws.write(region, 'secrets-replicator/transformations/swap', '{"swap": [["east", "west"]]}');
  }

  /** Events arrive late, in any order and sometimes twice, also those of the replicators' own writes. */
  private tell(region: string, eventName: string, name: string): void {
    for (let copy = this.random() < 0.4 ? 2 : 1; copy > 0; copy--) {
      const delay = 50 + this.random() * this.chances.eventDelay;
      void this.pause(delay).then(() => this.invoke(region, changed(eventName, name, {}, region)));
    }
  }

  /** What may succeed later is tried again. */
  private async invoke(region: string, event: unknown): Promise<void> {
    const handler = this.handlers.get(region);
    if (!handler) return;
    for (let attempt = 0; attempt < 3; attempt++) {
      const { secrets } = (await handler(event)) as Result;
      const failed = secrets.flatMap(({ destinations }) => destinations).filter(({ status }) => status === 'failed');
      if (failed.length === 0) return;
      if (attempt === 2) this.failures.push(...failed.map(({ reason }) => String(reason)));
      await this.pause(60_000);
    }
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) =>
      this.waiting.push({ at: this.aws.time + milliseconds, order: this.order++, resolve }),
    );
  }

  private async step(): Promise<void> {
    this.waiting.sort((a, b) => a.at - b.at || a.order - b.order);
    const next = this.waiting.shift();
    if (!next) return;
    this.aws.time = Math.max(this.aws.time, Math.floor(next.at));
    next.resolve();
    await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const acts = (regions: readonly string[], verbs: readonly string[]) =>
  fc.array(
    fc.record({
      gap: fc.oneof(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 4_000 }), fc.constant(90_000)),
      region: fc.constantFrom(...regions),
      verb: fc.constantFrom(...verbs),
    }),
    { minLength: 1, maxLength: 10 },
  );

const chances = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 30 }),
  latency: fc.constantFrom(20, 80, 3_000),
  eventDelay: fc.constantFrom(300, 5_000, 20_000),
});

async function isSilent(world: World): Promise<void> {
  const before = world.writes;
  await world.reconcile();
  await world.reconcile();
  expect(world.writes - before).toBe(0);
}

const RUNS = { numRuns: 150, seed: 11 };

test('replicators in both regions end in the newest original, whatever the events do, and are silent then (W9, W11, W12)', async () => {
  await fc.assert(
    fc.asyncProperty(chances, acts([EAST, WEST], ['write']), async (by, script: readonly Act[]) => {
      const world = new World(by, { [EAST]: WEST, [WEST]: EAST });
      let newest = { region: '', text: '' };
      for (const [index, { gap, region }] of script.entries()) {
        await world.pass(gap);
        // Some values are the same again.
        newest = { region, text: `${index % 4} at ${region === EAST ? 'east' : 'west'}` };
        world.write(region, newest.text);
      }
      await world.run();
      expect(world.failures).toEqual([]);
      for (const region of [EAST, WEST]) {
        const expected = region === newest.region ? newest.text : swapped(newest.text);
        expect([region, world.aws.value(region, NAME)]).toEqual([region, expected]);
      }
      await isSilent(world);
    }),
    RUNS,
  );
}, 120_000);

test('one replicator follows its source wherever it goes, rollbacks included (W10, W11, W12)', async () => {
  await fc.assert(
    fc.asyncProperty(chances, acts([EAST], ['write', 'write', 'roll']), async (by, script: readonly Act[]) => {
      const world = new World(by, { [EAST]: WEST });
      world.write(EAST, 'first at east');
      for (const [index, { gap, verb }] of script.entries()) {
        await world.pass(gap);
        const versions = world.aws.secret(EAST, NAME)?.versions ?? [];
        if (verb === 'write') world.write(EAST, `${index} at east`);
        else world.roll(EAST, versions[index % versions.length].id);
      }
      await world.run();
      expect(world.failures).toEqual([]);
      const source = world.aws.secret(EAST, NAME);
      expect(world.aws.value(WEST, NAME)).toBe(swapped((source && currentOf(source)?.content.text) ?? ''));
      await isSilent(world);
    }),
    RUNS,
  );
}, 120_000);
