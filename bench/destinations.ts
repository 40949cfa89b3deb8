/** How long a changed secret takes to be everywhere: the function over a Secrets Manager whose calls take 20 ms each. */
import { setTimeout } from 'timers/promises';
import { ReplicatorFunction } from '../lambda/secrets-replicator/index';
import { Surroundings } from '../lambda/secrets-replicator/ports';
import { MemoryAws } from '../test/lambda/secrets-replicator/memory';

const DELAY_MILLISECONDS = 20;
const SOURCE = 'us-east-1';
const SECRET = 'app/prod/db';
const COPY = 'app/prod/db-copy';
const RUNS = 5;

const surroundings: Surroundings = {
  now: Date.now,
  random: Math.random,
  sleep: async (milliseconds) => void (await setTimeout(milliseconds)),
};

/** A region for each destination, each with a filter, a map of names and a transformation of its own. */
function worldWith(regions: readonly string[]): MemoryAws {
  const aws = new MemoryAws({ delayMilliseconds: DELAY_MILLISECONDS });
  const below = (kind: string, region: string): string => `secrets-replicator/${kind}/to-${region}`;
  const destinations = regions.map((region) => {
    aws.write(SOURCE, below('filters', region), JSON.stringify({ 'app/prod/*': below('transformations', region) }));
    aws.write(SOURCE, below('names', region), JSON.stringify({ [SECRET]: COPY }));
    aws.write(SOURCE, below('transformations', region), 's/us-east-1/${REGION}/g');
    return { region, filters: below('filters', region), names: below('names', region) };
  });
  aws.write(SOURCE, 'secrets-replicator/destinations', JSON.stringify({ destinations }));
  return aws;
}

/** As it is after a cold start: nothing of the configuration has been read. */
function functionOver(aws: MemoryAws, parallel: number): ReplicatorFunction {
  return new ReplicatorFunction(
    {
      region: SOURCE,
      configSecret: 'secrets-replicator/destinations',
      metricNamespace: 'SecretsReplicator',
      replicator: 'bench',
      parallel,
      deadlineMarginMilliseconds: 3000,
    },
    {
      stores: aws.stores(),
      retryQueue: undefined,
      deadLetterQueue: undefined,
      surroundings,
      write: () => undefined,
    },
  );
}

interface Run {
  readonly milliseconds: number;
  /** Calls of Secrets Manager. */
  readonly calls: number;
}

async function measured(destinations: number, parallel: number) {
  const regions = Array.from({ length: destinations }, (_, index) => `eu-north-${index + 1}`);
  const aws = worldWith(regions);
  let writes = 0;
  const change = async (replicator: ReplicatorFunction): Promise<Run> => {
    const value = `host=db.us-east-1.example.org;${++writes}`;
    aws.write(SOURCE, SECRET, value);
    const before = aws.calls.length;
    const start = performance.now();
    await replicator.handle({ source: 'manual', secretId: SECRET });
    const milliseconds = performance.now() - start;
    for (const region of regions) {
      if (aws.value(region, COPY) !== value.replace(SOURCE, region)) throw new Error(`${region} has another value`);
    }
    return { milliseconds, calls: aws.calls.length - before };
  };
  const middle = (runs: readonly Run[]): Run =>
    [...runs].sort((a, b) => a.milliseconds - b.milliseconds)[Math.floor(runs.length / 2)];

  const replicator = functionOver(aws, parallel);
  await change(replicator);
  const warm: Run[] = [];
  const cold: Run[] = [];
  for (let run = 0; run < RUNS; run++) warm.push(await change(replicator));
  for (let run = 0; run < RUNS; run++) cold.push(await change(functionOver(aws, parallel)));
  return { destinations, parallel, warm: middle(warm), cold: middle(cold) };
}

async function main(): Promise<void> {
  const rows: Awaited<ReturnType<typeof measured>>[] = [];
  for (const [destinations, parallel] of [
    [1, 10],
    [2, 10],
    [5, 10],
    [10, 10],
    [50, 10],
    [50, 50],
  ]) {
    rows.push(await measured(destinations, parallel));
  }
  process.stdout.write(JSON.stringify(rows));
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
