/** How many transformations per second: the engine, GNU sed in a process of its own, and a plain RegExp. */
import { spawnSync } from 'child_process';
import { readTransformation, regionSwap } from '../lambda/secrets-replicator/transformation';

const SCRIPT = 's/us-east-1/us-east-2/g\ns/use1/use2/g\ns/(db|api)\\.primary/\\1.standby/g\n';
const SMALL = `DB_HOST=db.primary.us-east-1.example.org
DB_ZONE=use1-az1
API=https://api.primary.us-east-1.example.org/v1
BUCKET=orders-us-east-1
`;
const LARGE = SMALL.repeat(Math.floor(65536 / SMALL.length));
const JSON_VALUE = JSON.stringify({
  host: 'db.primary.us-east-1.example.org',
  port: 5432,
  replicas: [{ region: 'us-east-1' }, { region: 'us-east-1' }],
});
const JSON_MAPPING = JSON.stringify({
  transformations: [{ path: '$..region', find: 'us-east-1', replace: 'us-east-2' }],
});

const NATIVE: readonly (readonly [RegExp, string])[] = [
  [/us-east-1/g, 'us-east-2'],
  [/use1/g, 'use2'],
  [/(db|api)\.primary/g, '$1.standby'],
];

/** Runs a piece of work for a while, after as long a warm-up. */
function perSecond(work: () => unknown, milliseconds = 700): number {
  const round = (): number => {
    const start = performance.now();
    let times = 0;
    for (; performance.now() - start < milliseconds; times++) work();
    return (times * 1000) / (performance.now() - start);
  };
  round();
  return round();
}

const sed = readTransformation(SCRIPT);
const mapping = readTransformation(JSON_MAPPING);
const swap = regionSwap('us-east-1', 'us-east-2');
const native = (text: string): string => NATIVE.reduce((result, [find, put]) => result.replace(find, put), text);
const gnu = (input: string): string => spawnSync('sed', ['-E', SCRIPT], { input, encoding: 'utf8' }).stdout;
const hasGnu = spawnSync('sed', ['--version'], { encoding: 'utf8' }).stdout?.includes('GNU sed') === true;

if (hasGnu && (gnu(SMALL) !== sed.run(SMALL) || native(SMALL) !== sed.run(SMALL))) {
  throw new Error('the three do not make the same of the same text: there is nothing to compare');
}

console.log(
  JSON.stringify([
    ...(
      [
        ['3 rules of sed', SMALL],
        ['3 rules of sed', LARGE],
      ] as const
    ).map(([name, text]) => ({
      name,
      bytes: text.length,
      engine: perSecond(() => sed.run(text)),
      gnu: hasGnu ? perSecond(() => gnu(text)) : undefined,
      native: perSecond(() => native(text)),
    })),
    { name: 'reading the 3 rules', bytes: SCRIPT.length, engine: perSecond(() => readTransformation(SCRIPT)) },
    { name: 'JSON mapping', bytes: JSON_VALUE.length, engine: perSecond(() => mapping.run(JSON_VALUE)) },
    { name: 'region swap', bytes: SMALL.length, engine: perSecond(() => swap.run(SMALL)) },
    { name: 'region swap', bytes: LARGE.length, engine: perSecond(() => swap.run(LARGE)) },
    ...[['(a|aa)+b', 's/(a|aa)+b/x/', `b${'a'.repeat(65535)}`]].map(([name, script, text]) => {
      const transformation = readTransformation(script);
      return { name, bytes: text.length, engine: perSecond(() => transformation.run(text)) };
    }),
  ]),
);
