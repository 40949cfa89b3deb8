import { configurationSecrets, readConfiguration } from '../../../lambda/secrets-replicator/configuration';
import { roundTrips, Route, sampleNames, Site } from '../../../lambda/secrets-replicator/cycles';
import { Filter } from '../../../lambda/secrets-replicator/filters';
import { NameMap } from '../../../lambda/secrets-replicator/names';
import { Refusal } from '../../../lambda/secrets-replicator/refusal';

const ROLE = 'arn:aws:iam::444455556666:role/receive';
const read = (document: unknown) => readConfiguration(JSON.stringify(document));
const one = (fields: object) => read({ destinations: [{ region: 'us-west-2', filters: 'f', ...fields }] });

describe('a configuration', () => {
  test('has a default for everything that is not said', () => {
    expect(one({}).destinations).toEqual([
      {
        name: 'us-west-2',
        region: 'us-west-2',
        roleArn: undefined,
        externalId: undefined,
        kmsKeyId: undefined,
        filters: ['f'],
        names: [],
        transformations: [],
        regionSwap: false,
        variables: {},
        deletion: 'keep',
        recoveryWindowDays: 30,
        tags: true,
        description: true,
      },
    ]);
  });

  test('says everything', () => {
    const all = {
      name: 'backup',
      region: 'eu-west-1',
      roleArn: ROLE,
      externalId: 'shared',
      kmsKeyId: 'arn:aws:kms:eu-west-1:444455556666:key/1',
      regionSwap: true,
      variables: { TIER: 'gold' },
      deletion: 'delete',
      recoveryWindowDays: 7,
      tags: false,
      description: false,
    };
    const lists = { filters: 'a, b', names: 'n', transformations: 'x,secrets-replicator/transformations/y' };
    expect(one({ ...all, ...lists }).destinations).toEqual([
      {
        ...all,
        filters: ['a', 'b'],
        names: ['n'],
        transformations: ['secrets-replicator/transformations/x', 'secrets-replicator/transformations/y'],
      },
    ]);
    expect(configurationSecrets(one(lists))).toEqual([
      'a',
      'b',
      'n',
      'secrets-replicator/transformations/x',
      'secrets-replicator/transformations/y',
    ]);
  });

  test('names a destination of another account after both, and takes what all have in common', () => {
    const { destinations } = read({
      destinations: [{ region: 'us-west-2' }, { region: 'us-west-2', roleArn: ROLE, filters: 'own', names: 'own' }],
      filters: 'common',
      names: 'common',
    });
    expect(destinations.map(({ name, filters, names }) => [name, filters, names])).toEqual([
      ['us-west-2', ['common'], ['common']],
      ['us-west-2/444455556666', ['own'], ['own']],
    ]);
    expect(read([{ region: 'us-west-2', filters: 'f' }]).destinations).toHaveLength(1);
  });

  test.each<[unknown, string]>([
    [{}, 'the configuration has no list of destinations with at least one'],
    [[], 'the configuration has no list of destinations with at least one'],
    [null, 'the configuration is no JSON object'],
    [
      { destinations: [], filter: '' },
      'the configuration has a key that is not known; there are destinations, filters, names',
    ],
    [['us-west-2'], 'destinations[0] is no JSON object'],
    [[{ filters: 'f' }], 'destinations[0] has no region'],
    [[{ region: 'us-west-2' }], 'destinations[0] has no filters, and neither has the configuration'],
    [
      [
        { region: 'us-west-2', filters: 'f' },
        { region: 'us-west-2', filters: 'f' },
      ],
      'two destinations have the same name: a region that is there twice needs names',
    ],
  ])('%j is refused', (document, message) => {
    expect(() => read(document)).toThrow(new Refusal(message));
  });

  test.each<[object, string]>([
    [{ region: 'CANARY' }, 'destinations[0].region is not written as AWS writes it, such as us-east-1'],
    [{ region: 5 }, 'destinations[0].region is no text'],
    [{ roleArn: 'CANARY' }, 'destinations[0].roleArn is no ARN of a role'],
    [{ externalId: 'CANARY' }, 'destinations[0].externalId is for a roleArn'],
    [{ roleArn: ROLE, externalId: '?' }, 'destinations[0].externalId is none that IAM allows'],
    [{ kmsKeyId: 'arn:aws:kms:us-east-1:1:key/CANARY' }, 'destinations[0].kmsKeyId is a key of another region'],
    [{ name: 'CANARY!' }, 'destinations[0].name has characters other than letters, digits and _ . / -'],
    [{ filters: ' , ' }, 'destinations[0].filters is no list of names of secrets with commas between them'],
    [{ names: 'a b' }, 'destinations[0].names is no list of names of secrets with commas between them'],
    [{ deletion: 'CANARY' }, 'destinations[0].deletion is neither keep nor delete'],
    [{ recoveryWindowDays: 6 }, 'destinations[0].recoveryWindowDays is no whole number from 7 to 30'],
    [{ recoveryWindowDays: 7.5 }, 'destinations[0].recoveryWindowDays is no whole number from 7 to 30'],
    [{ recoveryWindowDays: 31 }, 'destinations[0].recoveryWindowDays is no whole number from 7 to 30'],
    [{ tags: 'yes' }, 'destinations[0].tags is neither true nor false'],
    [{ variables: [] }, 'destinations[0].variables is no JSON object'],
    [{ variables: { A: 1 } }, 'destinations[0].variables has a value that is no text'],
    [
      { variables: { a: 'x' } },
      'the name of a variable has capitals, digits and underscores only, and starts with no digit',
    ],
  ])('%j is refused and not quoted', (fields, message) => {
    expect(() => one(fields)).toThrow(new Refusal(message));
  });

  test('that is not JSON, or has a key that is not known, is refused and not quoted', () => {
    expect(() => readConfiguration('CANARY')).toThrow(new Refusal('the configuration is not JSON'));
    expect(() => one({ CANARY: 1 })).toThrow(
      /^destinations\[0\] has a key that is not known; there are name, region, /,
    );
  });
});

describe('a round trip (W9)', () => {
  const [EAST, WEST, EU] = ['us-east-1', 'us-west-2', 'eu-west-1'];
  const route = (region: string, names: object, filter: object = { '**': '' }, account = '1'): Route => ({
    account,
    region,
    filter: new Filter([JSON.stringify(filter)]),
    names: new NameMap([JSON.stringify(names)]),
  });
  const site = (region: string, ...routes: Route[]): Site => ({ account: '1', region, routes });
  const found = (sites: readonly Site[], names: readonly string[] = ['app/db']) =>
    roundTrips(sites, names).map((stops) => stops.map(({ region, name }) => `${region}:${name}`).join(' '));

  test('within a region is found where a copy is copied on under a growing name', () => {
    expect(found([site(EAST, route(EAST, { '**': 'copy/**' }))])).toEqual([
      'us-east-1:app/db us-east-1:copy/app/db us-east-1:copy/copy/app/db',
    ]);
    expect(found([site(EAST, route(EAST, { 'app/*': 'copy/*' }, { 'app/*': '' }))])).toEqual([]);
  });

  test('between regions is found where there is a renaming on the way', () => {
    const there = route(WEST, { 'app/*': 'copy/*' });
    expect(found([site(EAST, there), site(WEST, route(EAST, {}))])).toEqual([
      'us-east-1:app/db us-west-2:copy/db us-east-1:copy/db',
      'us-west-2:app/db us-east-1:app/db us-west-2:copy/db',
    ]);
    expect(found([site(EAST, there), site(WEST, route(EAST, { 'copy/*': 'app/*' }, { 'copy/*': '' }))])).toEqual([]);
    expect(found([site(EAST, there), site(WEST, route(EAST, {}, { 'web/*': '' }))])).toEqual([]);
    expect(found([site(EAST, there)])).toEqual([]);
  });

  test('over three regions is found', () => {
    const sites = [site(EAST, route(WEST, {})), site(WEST, route(EU, {})), site(EU, route(EAST, { 'app/*': 'eu/*' }))];
    expect(found(sites)).toContain('us-east-1:app/db us-west-2:app/db eu-west-1:app/db us-east-1:eu/db');
  });

  test('is none in a pair that replicates both ways, nor in the same region of another account', () => {
    expect(found([site(EAST, route(WEST, {})), site(WEST, route(EAST, {}))])).toEqual([]);
    expect(found([site(EAST, route(EAST, { '**': 'copy/**' }, { '**': '' }, '2'))])).toEqual([]);
    expect(found([site(EAST, route(EAST, {}))])).toEqual([]);
  });

  test('ends where a name is none', () => {
    expect(found([site(EAST, route(EAST, { '**': 'no name/**' }))])).toEqual([]);
  });

  test('is looked for with a name for each pattern', () => {
    const { patterns } = new Filter(['{"app/*": "", "web/**/key-?": "", "db": false}']);
    expect(patterns).toEqual(['db', 'web/**/key-?', 'app/*']);
    expect(sampleNames(patterns)).toEqual(['app/a', 'db', 'web/a/b/key-x']);
  });
});
