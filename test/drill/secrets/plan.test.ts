import { spawnSync } from 'child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { plan, PlanOptions } from '../../../drill/secrets/plan';
import { CONFIG_SECRET } from '../../../drill/secrets/plan-source';
import { ReplicaRules, secretsDocuments } from '../../../lib/core/secrets-documents';

const folder = mkdtempSync(join(tmpdir(), 'dr-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string | object): string {
  const path = join(folder, String(++files));
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function run(options: Partial<PlanOptions>) {
  const { exitCode, output, error } = plan({ config: [], sourceAccount: [], configSecret: CONFIG_SECRET, ...options });
  return { exitCode, error, text: output === undefined ? '' : Buffer.from(output).toString() };
}

/** One destination, with the contents of its filter and its map of names. */
function config(filter: object, names: object = {}, more: object = {}, secrets: object = {}): string {
  const destination = { region: 'us-west-2', filters: 'filter', names: 'names', ...more };
  return file({ destinations: [destination], secrets: { filter, names, ...secrets } });
}

/** What is found in one configuration of us-east-1, by severity and kind. */
function found(source: string, options: Partial<PlanOptions> = {}): string[] {
  const { text } = run({ config: [`us-east-1=${source}`], json: true, ...options });
  const { findings } = JSON.parse(text) as { findings: { severity: string; kind: string; message: string }[] };
  return findings.map(({ severity, kind, message }) => `${severity} ${kind}: ${message}`);
}

describe('dr secrets plan', () => {
  const sound = {
    destinations: [
      {
        name: 'standby',
        region: 'us-west-2',
        filters: 'secrets-replicator/filters/to-west',
        names: 'secrets-replicator/names/to-west',
        regionSwap: true,
        deletion: 'delete',
      },
    ],
    secrets: {
      'secrets-replicator/filters/to-west': { 'app/*': '', 'app/db': 'mask', 'app/keys/**': false },
      'secrets-replicator/names/to-west': { 'app/db': 'app/db-backup' },
      'secrets-replicator/transformations/mask': 's/HUNTER2/x/',
    },
  };

  test('says what goes where, under which name, through what', () => {
    const secrets = file('app/db\n\napp/api\napp/keys/a/b\nother\nsecrets-replicator/x\n');
    expect(run({ config: [file(sound)], sourceRegion: 'us-east-1', secrets })).toEqual({
      exitCode: 0,
      error: undefined,
      text: `us-east-1 -> us-west-2 (standby)
  app/db           region swap, secrets-replicator/transformations/mask
  app/keys/**      kept back
  app/*            region swap
  everything else  kept back
  name  app/db -> app/db-backup
  copies of deleted secrets are deleted, for 30 days

secrets
  app/api               us-east-1 -> standby  app/api         by app/*: region swap
  app/db                us-east-1 -> standby  app/db-backup   by app/db: region swap, secrets-replicator/transformations/mask
  app/keys/a/b          us-east-1 -> standby  not replicated  by app/keys/**
  other                 us-east-1 -> standby  not replicated  by no rule
  secrets-replicator/x  us-east-1 -> standby  not replicated  it belongs to the replicator

warning: us-east-1 -> standby: app/db and app/db-backup would both be app/db-backup in us-west-2, if there were both
0 errors, 1 warning
`,
    });
  });

  test('says it to machines', () => {
    const { text } = run({
      config: [`us-east-1=${file(sound)}`],
      sourceAccount: ['us-east-1=111122223333'],
      secrets: file('app/db'),
      json: true,
    });
    const place = { account: '111122223333', region: 'us-east-1' };
    const through = ['region swap', 'secrets-replicator/transformations/mask'];
    expect(JSON.parse(text)).toEqual({
      sources: [
        {
          ...place,
          configSecret: 'secrets-replicator/destinations',
          destinations: [
            {
              ...{ name: 'standby', account: '111122223333', region: 'us-west-2', deletion: 'delete' },
              rules: [
                { pattern: 'app/db', replicated: true, through },
                { pattern: 'app/keys/**', replicated: false },
                { pattern: 'app/*', replicated: true, through: ['region swap'] },
              ],
              names: [{ from: 'app/db', to: 'app/db-backup' }],
            },
          ],
        },
      ],
      secrets: [
        {
          source: 'us-east-1',
          destination: 'standby',
          name: 'app/db',
          target: 'app/db-backup',
          pattern: 'app/db',
          through,
        },
      ],
      findings: [
        {
          ...{ severity: 'warning', kind: 'collision', source: 'us-east-1', destination: 'standby' },
          message: 'app/db and app/db-backup would both be app/db-backup in us-west-2, if there were both',
        },
      ],
    });
  });

  test('reads a folder with a file for each secret, with the environment in their names or without', () => {
    const root = join(folder, 'tree');
    const write = (name: string, content: object): void => {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), JSON.stringify(content));
    };
    write('secrets-replicator/destinations/dev', {
      destinations: [{ region: 'eu-west-1', filters: 'secrets-replicator/filters/dev/to-eu' }],
    });
    write('secrets-replicator/filters/dev/to-eu', { 'app/**': '' });
    const options = { config: [root], sourceRegion: 'us-east-1' };
    expect(run(options)).toMatchObject({ exitCode: 0, text: expect.stringMatching(/^us-east-1 -> eu-west-1\n/) });
    write('secrets-replicator/destinations/prod', { destinations: [] });
    expect(run(options)).toEqual({
      exitCode: 2,
      text: '',
      error: `${root} has secrets-replicator/destinations/dev, secrets-replicator/destinations/prod at or below secrets-replicator/destinations: name one with --config-secret`,
    });
    expect(run({ ...options, configSecret: 'secrets-replicator/destinations/dev' }).text).toContain('eu-west-1');
    expect(run({ ...options, configSecret: 'none' }).error).toContain('has nothing at or below none');
  });

  test('tells what is missing, refused and unused, without quoting it', () => {
    const source = file({
      destinations: [
        { region: 'us-west-2', filters: 'a', transformations: 'default' },
        { region: 'eu-west-1', filters: 'a,b' },
        { region: 'eu-west-2', filters: 'c', variables: { X: '1' } },
        { region: 'eu-west-3', filters: 'a', names: 'n' },
      ],
      secrets: {
        a: { 'app/*': 'gone, back' },
        c: { 'app/*': 'variable', 'app/x': null },
        n: { 'app/*': 'app/**', 'app/a*': 5 },
        'secrets-replicator/transformations/back': 's/(HUNTER2)\\1/x/',
        'secrets-replicator/transformations/default': '',
        'secrets-replicator/transformations/variable':
          's/a/${X}${REGION}${SOURCE_REGION}${SECRET_NAME}${DEST_SECRET_NAME}${ACCOUNT_ID}${SOURCE_ACCOUNT_ID}${Y}/',
        old: 'HUNTER2',
      },
    });
    const refused =
      'error refused: secrets-replicator/transformations/back: line 1, column 16: a back-reference in a regular expression cannot be matched in linear time';
    expect(found(source)).toEqual([
      'error missing: secrets-replicator/transformations/gone is not there',
      refused,
      'error missing: b is not there',
      'error refused: secrets-replicator/transformations/variable: line 1, column 103: there is no variable Y',
      'error refused: n: the target of a map of names is a text',
      "warning unused: secrets-replicator/transformations/default: the destination's own transformations are for what the filter lets pass without naming any, and it names some everywhere",
      'warning unused: old is configuration that nothing refers to',
    ]);
    const { exitCode, text } = run({ config: [source], sourceRegion: 'us-east-1' });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^error: us-east-1 -> us-west-2: secrets-replicator\/transformations\/gone is not there$/m);
    expect(text).toMatch(/\n5 errors, 2 warnings\n$/);
    expect(text).not.toContain('HUNTER2');
  });

  test('goes on with the other configurations when one cannot be read', () => {
    const { exitCode, text } = run({ config: [`us-west-2=${file('[]')}`, `us-east-1=${file(sound)}`] });
    expect(exitCode).toBe(1);
    expect(text).toContain('us-east-1 -> us-west-2 (standby)');
    expect(text).toContain(
      'error: us-west-2: secrets-replicator/destinations: the configuration has no list of destinations with at least one',
    );
  });

  test('finds rules that never decide', () => {
    const source = file({
      destinations: [{ region: 'us-west-2', filters: 'f,g', names: 'n' }],
      secrets: {
        f: { 'app/*': '', 'app/?*': false, 'all/**': '', 'all/***': '', 'app/é': '', 'secrets-replicator/x/*': '' },
        g: { 'app/*': '' },
        n: { 'all/**': 'copy/**', 'all/***': 'copy2/***', 'other/*': 'copy3/*', n: 'm' },
      },
    });
    expect(found(source)).toEqual([
      'warning shadowed: app/* of f never decides: g has it, too',
      'warning shadowed: app/é never decides: Secrets Manager allows no name that it matches',
      "warning shadowed: secrets-replicator/x/* never decides: what it matches is the replicator's own",
      'warning shadowed: all/*** never decides: all/**, which counts before it, has all its names',
      "warning shadowed: the name for n is never given: what it matches is the replicator's own",
      'warning shadowed: the name for other/* is never given: no rule of the filter lets any pass',
      'warning shadowed: the name for all/*** is never given: all/**, which counts before it, has all its names',
    ]);
    expect(found(config({ '?': '', '*': '', '**': '' }))).toEqual([]);
  });

  test('finds rules that several others cover together', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=.@-/';
    const filter = Object.fromEntries([...letters].map((letter) => [letter, '']));
    const [finding, ...others] = found(config({ ...filter, '?': false }));
    expect(others).toEqual([]);
    expect(finding).toMatch(
      /^warning shadowed: \? never decides: [^ ] and .*, which counts before it, has all its names$/,
    );
  });

  test('finds secrets that would become one', () => {
    expect(found(config({ 'app/**': '' }, { 'app/a-*': 'app/b-*' }))).toEqual([
      'warning collision: app/a-a and app/b-a would both be app/b-a in us-west-2, if there were both',
    ]);
    expect(found(config({ '**': '' }, { 'a/*-x': 'c/*-x', 'b/y-*': 'c/y-*' }))).toContain(
      'warning collision: a/y-x and b/y-x would both be c/y-x in us-west-2, if there were both',
    );
    expect(found(config({ 'a/*': '', 'b/*': '' }, { 'a/*': 'c/*', 'b/*': 'd/*' }))).toEqual([]);
    expect(found(config({ 'app/*': '' }, { 'app/*': 'no name/*' })).join()).toContain('Secrets Manager does not allow');
  });

  test('finds two destinations that undo each other', () => {
    const destinations = [
      { name: 'one', region: 'us-west-2', filters: 'f' },
      { name: 'two', region: 'us-west-2', filters: 'f' },
      { name: 'elsewhere', region: 'us-west-2', filters: 'f', roleArn: 'arn:aws:iam::444455556666:role/replicator' },
    ];
    expect(found(file({ destinations, secrets: { f: { 'app/*': '' } } }))).toEqual([
      'error collision: one and two both write app/a in us-west-2: each undoes the other',
    ]);
    const text = run({
      config: [file({ destinations: destinations.slice(2), secrets: { f: { 'app/*': '' } } })],
      sourceRegion: 'us-east-1',
      sourceAccount: ['111122223333'],
    });
    expect(text.text).toMatch(/^us-east-1 -> us-west-2 in account 444455556666 \(elsewhere\)$/m);
  });

  test('finds real names that collide', () => {
    const source = config({ 'app/**': '' }, { 'app/db': 'app/x/y/z' });
    const options = { secrets: file('app/db\napp/x/y/z') };
    expect(found(source, options)).toContain(
      'error collision: app/db and app/x/y/z would both be app/x/y/z in us-west-2',
    );
  });

  test("finds what would be written onto itself, or onto the replicator's own", () => {
    const here = { region: 'us-east-1' };
    expect(found(config({ 'app/*': '' }, {}, here))).toEqual([
      'error itself: app/a would be written onto itself: give it another name',
    ]);
    expect(found(config({ 'app/*': '' }, { 'app/*': 'copy/*' }, here))).toEqual([]);
    expect(found(config({ 'app/*': '' }, { 'app/*': 'secrets-replicator/*', 'app/b': 'filter' }))).toEqual([
      "error own: app/a would be called secrets-replicator/a, which is the replicator's own",
      "error own: app/b would be called filter, which is the replicator's own",
    ]);
  });

  test("never counts the replicator's own among the secrets", () => {
    const source = config({ '**': '' }, { 'app/b': 'filter' });
    const { text } = run({ config: [`us-east-1=${source}`], secrets: file('app/b\nfilter\napp/c') });
    expect(text).toMatch(/^ {2}filter +us-east-1 -> us-west-2 +not replicated +it belongs to the replicator$/m);
    expect(text).toMatch(/^ {2}app\/b .* not replicated +its name there belongs to the replicator$/m);
    expect(text).toMatch(/^ {2}app\/c .* by \*\*: unchanged$/m);
    expect(text).not.toMatch(/collision|filter would be called/);
  });

  test('finds rounds within a region and across regions', () => {
    expect(found(config({ '**': '' }, { '**': 'copy/**' }, { region: 'us-east-1' })).join('\n')).toMatch(
      /error cycle: a secret comes back under another name: \S+ \(us-east-1\) -> copy\/\S+ \(us-east-1\)/,
    );
    const there = config({ 'app/*': '' }, { 'app/*': 'copy/*' });
    const back = (filter: object) => `us-west-2=${config(filter, {}, { region: 'us-east-1' })}`;
    const both = { config: [`us-east-1=${there}`, back({ 'copy/*': '' })] };
    expect(run(both).text).toContain(
      'error: a secret comes back under another name: app/a (us-east-1) -> copy/a (us-west-2) -> copy/a (us-east-1)',
    );
    const sameNames = [`us-east-1=${config({ 'app/*': '' })}`, back({ 'app/*': '' })];
    expect(run({ config: sameNames })).toMatchObject({ exitCode: 0, text: expect.stringContaining('0 errors') });
  });

  test('warns where two regions write one copy', () => {
    const { exitCode, text } = run({
      config: [
        `us-east-1=${config({ 'app/*': '' })}`,
        `eu-west-1=${config({ 'app/*': '', 'db/*': '' }, { 'db/*': 'app/*' })}`,
      ],
    });
    expect(text).toContain(
      'warning: app/a of us-east-1 and of eu-west-1 are both app/a in us-west-2: the newest original wins',
    );
    expect(text).toContain('warning: eu-west-1 -> us-west-2: app/a and db/a would both be app/a in us-west-2, if');
    expect(text).toContain('warning: app/a of us-east-1 and db/a of eu-west-1 would both be app/a in us-west-2, if');
    expect(exitCode).toBe(0);
  });

  test('tells a wrong call', () => {
    const errors = (options: Partial<PlanOptions>): unknown => {
      const { exitCode, error } = run(options);
      return [exitCode, error];
    };
    const source = file(sound);
    expect(errors({ config: [source] })).toEqual([
      2,
      `no region is given for ${source}: REGION=FILE or --source-region`,
    ]);
    expect(errors({ config: [source], sourceRegion: 'east' })).toEqual([
      2,
      'east is not written as AWS writes a region',
    ]);
    expect(errors({ config: [`us-east-1=${source}`], sourceAccount: ['12'] })).toEqual([
      2,
      '12 is no account: it has twelve digits',
    ]);
    const names = file('app/db\nno name');
    expect(errors({ config: [`us-east-1=${source}`], secrets: names })).toEqual([
      2,
      `line 2 of ${names} is no name of a secret`,
    ]);
    const broken = file('{');
    expect(errors({ config: [`us-east-1=${broken}`] })).toEqual([1, `${broken} is not JSON`]);
    const wrong = file({ destinations: [], secrets: [] });
    expect(errors({ config: [`us-east-1=${wrong}`] })).toEqual([
      1,
      `"secrets" of ${wrong} is no JSON object of names and contents`,
    ]);
  });

  test('has nothing against what the construct writes for both regions', () => {
    const rules = (region: string): ReplicaRules => ({
      ...{ name: region, region, includedSecrets: ['app/dev/**'], deniedSecrets: ['app/dev/local/*'], names: {} },
      ...{ transformedSecrets: { 'app/dev/raw': [] }, appliedTransformations: ['stage'], variables: {} },
      ...{ mappedValues: [['db.one.internal', 'db.two.internal']], regionSwap: false, deletion: 'keep' },
      ...{ recoveryWindowDays: 30, copyTags: true, copyDescriptions: true },
    });
    const configs = [
      ['us-east-1', 'us-west-2'],
      ['us-west-2', 'us-east-1'],
    ].map(([source, destination]) => {
      const { entry, contents } = secretsDocuments('dev', [rules(destination)], { stage: 's/a/b/' });
      const root = join(folder, source);
      for (const [name, content] of Object.entries(contents)) {
        mkdirSync(dirname(join(root, name)), { recursive: true });
        writeFileSync(join(root, name), content);
      }
      expect(entry).toBe('secrets-replicator/destinations/dev');
      return `${source}=${root}`;
    });
    const { exitCode, text } = run({ config: configs });
    expect(text).toMatch(/app\/dev\/\*\* +\S+\/to-us-west-2, \S+\/stage\n/);
    expect(text).toMatch(/\n0 errors, 0 warnings\n$/);
    expect(exitCode).toBe(0);
  });

  test('is done in time with many rules', () => {
    const many = (to: (index: number) => string): object =>
      Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`app/${index}/**`, to(index)]));
    const start = performance.now();
    expect(
      found(
        config(
          many(() => ''),
          many((index) => `copy/${index}/**`),
        ),
      ),
    ).toEqual([]);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  test('comes with its exit codes from the command line', () => {
    const cli = (...args: string[]) =>
      spawnSync(process.execPath, ['-r', 'ts-node/register', 'drill/dr.ts', 'secrets', 'plan', ...args], {
        input: 'app/db',
        encoding: 'utf8',
      });
    const source = `us-east-1=${file(sound)}`;
    expect(cli('--config', source, '--secrets', '-')).toMatchObject({ status: 0, stderr: '' });
    expect(cli('--config', `us-east-1=${config({ a: 'gone' })}`).status).toBe(1);
    expect(cli('--config', join(folder, 'none')).status).toBe(2);
    expect(cli().status).toBe(2);
  });
});
