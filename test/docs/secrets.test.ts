import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { plan } from '../../drill/secrets/plan';
import { CONFIG_SECRET } from '../../drill/secrets/plan-source';
import { secretsCommand } from '../../drill/secrets/secrets-command';
import { readConfiguration } from '../../lambda/secrets-replicator/configuration';
import { readEvents } from '../../lambda/secrets-replicator/events';
import { callsOf, Page } from './markdown';

const PAGE = new Page('docs/secrets.md');
const ARN = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-AbCdEf';

/** US dollars, us-east-1. */
const PRICES = {
  perMillionRequests: 0.2,
  perGbSecond: 0.0000133334,
  per10000Calls: 0.05,
  per1000Transitions: 0.025,
};
const GIGABYTES = 0.5;
const AT_A_TIME = 10;
const MILLION = 1e6;

/** What one change takes, as the second table of the page has it. */
interface Usage {
  readonly invocations: number;
  readonly milliseconds: number;
  readonly calls: number;
  readonly transitions: number;
}

const TOPOLOGIES: Record<string, (destinations: number) => Usage> = {
  perDestination: (n) => ({ invocations: n, milliseconds: 100 * n, calls: 7 * n, transitions: 0 }),
  multiDestination: (n) => ({
    invocations: 1,
    milliseconds: 40 + 60 * Math.ceil(n / AT_A_TIME),
    calls: 3 + 4 * n,
    transitions: 0,
  }),
  orchestrated: (n) => ({ invocations: n + 2, milliseconds: 100 * n + 20, calls: 7 * n, transitions: n + 3 }),
};

function perMillion({ invocations, milliseconds, calls, transitions }: Usage): number {
  return (
    invocations * PRICES.perMillionRequests +
    MILLION * (milliseconds / 1000) * GIGABYTES * PRICES.perGbSecond +
    (MILLION / 10_000) * calls * PRICES.per10000Calls +
    (MILLION / 1000) * transitions * PRICES.per1000Transitions
  );
}

describe('docs/secrets.md', () => {
  test('costs are what the formula and the prices on the page make', () => {
    const names = Object.keys(TOPOLOGIES);
    const rows = PAGE.table('destinations', ...names);
    expect(rows.map(([destinations]) => Number(destinations))).toEqual([1, 2, 5, 10, 50]);
    for (const [destinations, ...costs] of rows) {
      const exact = names.map((name) => perMillion(TOPOLOGIES[name](Number(destinations))).toFixed(2));
      expect([destinations, ...costs]).toEqual([destinations, ...exact]);
    }
    for (const price of ['0.20 per million', '0.0000133334 per GB-second', '0.05 per 10,000', '0.025 per 1,000']) {
      expect(PAGE.text).toContain(price);
    }
    expect(PAGE.table('per change', ...names).map((row) => row.slice(1))).toEqual([
      ['n', '1', 'n + 2'],
      ['100 n', '40 + 60 per ten destinations', '100 n + 20'],
      ['7 n', '3 + 4 n', '7 n'],
      ['0', '0', 'n + 3'],
    ]);
  });

  test('the configuration is one that the plan has nothing to say against', () => {
    const [{ text }] = PAGE.blocks.filter((block) => block.text.includes('"destinations": ['));
    const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    const file = join(folder, 'config.json');
    writeFileSync(file, text);
    const { exitCode, output } = plan({
      config: [`us-east-1=${file}`],
      sourceAccount: ['111122223333'],
      configSecret: CONFIG_SECRET,
    });
    rmSync(folder, { recursive: true });
    expect(exitCode).toBe(0);
    expect(Buffer.from(output ?? '').toString()).not.toMatch(/never|refers/);
  });

  test('keys of a destination are those that are read', () => {
    const keys = PAGE.table('key', 'meaning', 'default').flatMap(([cell]) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key),
    );
    let known: string[] = [];
    try {
      readConfiguration('[{"unknown": 1}]');
    } catch (error) {
      known = /there are (.*)$/.exec((error as Error).message)?.[1].split(', ') ?? [];
    }
    expect(known.length).toBeGreaterThan(10);
    expect(keys.sort()).toEqual(known.sort());
  });

  test('events are those that are read', () => {
    const event = (type: string, eventName: string): object => ({
      source: 'aws.secretsmanager',
      'detail-type': type,
      region: 'us-east-1',
      time: '2026-01-01T00:00:00Z',
      resources: [ARN],
      detail: { eventName, responseElements: { arn: ARN } },
    });
    const rows = PAGE.table('sent as', 'names').map(([type, names]) => [type.replace(/`/g, ''), names]);
    const asked = rows
      .filter(([type]) => /^(AWS|Secret)/.test(type))
      .flatMap(([type, names]) => [...`${names} \`Any\``.matchAll(/`([A-Z]\w+)`/g)].map(([, name]) => [type, name]));
    expect(asked.length).toBe(12);
    for (const [type, name] of asked) {
      const isAny = name === 'Any' && type.startsWith('AWS');
      expect([type, name, readEvents(event(type, name)).commands.length]).toEqual([type, name, isAny ? 0 : 1]);
    }
  });

  test('commands and options exist', () => {
    const commands = secretsCommand().commands;
    const fences = PAGE.blocks.map(({ text }) => text.replace(/[[\]]|\.\.\./g, ' '));
    const inline = [...PAGE.prose.matchAll(/`(dr secrets [^`]+)`/g)].map(([, text]) => text.replace(/[[\]]/g, ' '));
    const calls = [...fences.flatMap((text) => callsOf('dr', text)), ...inline.flatMap((text) => callsOf('dr', text))];
    expect(calls.length).toBeGreaterThan(6);
    for (const call of calls) {
      const [, name] = call.split(/\s+/);
      const command = commands.find((one) => one.name() === name);
      const options = [...call.matchAll(/--[a-z-]+/g)].map(([option]) => option);
      const known = command?.options.map(({ long }) => long) ?? [];
      expect([call, options.filter((option) => !known.includes(option))]).toEqual([call, []]);
      expect(command).toBeDefined();
    }
    for (const name of ['plan', 'diff']) {
      const written = calls.filter((call) => call.startsWith(`secrets ${name} `)).join(' ');
      const own = commands.find((one) => one.name() === name)?.options.map(({ long }) => String(long)) ?? [];
      const rare = ['--source-region', '--config-secret', '--json'];
      expect(own.filter((option) => !written.includes(option) && !rare.includes(option))).toEqual([]);
    }
  });
});
