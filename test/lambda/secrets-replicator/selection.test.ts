import fc from 'fast-check';
import { Filter } from '../../../lambda/secrets-replicator/filters';
import { Glob } from '../../../lambda/secrets-replicator/glob';
import { collisions, NameMap, OwnNames } from '../../../lambda/secrets-replicator/names';
import { Refusal } from '../../../lambda/secrets-replicator/refusal';

const filter = (...sources: object[]) => new Filter(sources.map((source) => JSON.stringify(source)));
const names = (...sources: object[]) => new NameMap(sources.map((source) => JSON.stringify(source)));

describe('a pattern', () => {
  test.each([
    ['app/db', 'app/db', true],
    ['app/db', 'app/dbx', false],
    ['app/*', 'app/db', true],
    ['app/*', 'app/', true],
    ['app/*', 'app/prod/db', false],
    ['app/**', 'app/prod/db', true],
    ['**/db', 'app/prod/db', true],
    ['**/db', 'db', false],
    ['**', '', true],
    ['*', 'a/b', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['a?c', 'ac', false],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['[ab]', '[ab]', true],
    ['App/*', 'app/db', false],
    ['***', 'a/b', true],
    ['', '', true],
    ['', 'a', false],
  ])('%j on %j: %j', (pattern, name, expected) => {
    expect(new Glob(pattern).matches(name)).toBe(expected);
  });

  test('agrees with the regular expression that says the same', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 12 }).map((parts) => parts.join(''));
    const pattern = fc
      .array(fc.constantFrom('a', 'b', '/', '*', '**', '?'), { maxLength: 7 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, text, (source, name) => {
        const regexp = source.replace(
          /\*\*|\*|\?/g,
          (token) => ({ '**': '([^]*?)', '*': '([^/]*?)' })[token] ?? '([^/])',
        );
        const expected = new RegExp(`^${regexp}$`).exec(name);
        const glob = new Glob(source);
        expect(glob.matches(name)).toBe(expected !== null);
        expect(glob.captures(name)).toEqual(expected?.slice(1));
        if (expected) expect(glob.fill(expected.slice(1))).toBe(name);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  test.each(['*a*a*a*a*ab', '**a**a**a**a**b', '*?*?*?*?*b'])('%s on 64 KB is a matter of milliseconds', (pattern) => {
    const name = 'a'.repeat(65536);
    const start = performance.now();
    expect(new Glob(pattern).matches(name)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('a filter', () => {
  test('names the transformations of what it lets pass, and lets nothing else pass', () => {
    const east = filter({ 'app/prod/*': 'to-east, mask', 'db/*': '', 'queue/*': null });
    expect(east.verdict('app/prod/api')).toEqual({ transformations: ['to-east', 'mask'] });
    expect(east.verdict('db/main')).toEqual({ transformations: [] });
    expect(east.verdict('queue/a')).toEqual({ transformations: [] });
    expect(east.verdict('other')).toBeUndefined();
    expect(filter().verdict('any')).toBeUndefined();
    expect(east.transformations).toEqual(['mask', 'to-east']);
  });

  test('goes by the most specific pattern, wherever it stands', () => {
    const rules = {
      '**': 'all',
      '*/prod/*': 'prod',
      'app/**': 'app',
      'app/prod/*': 'app-prod',
      'app/prod/d?': 'd',
      'app/prod/d?*': 'long-d',
      'app/prod/d*': 'any-d',
      'app/prod/db': 'exact',
      'app/prod/key*': false,
      'app/prod/key-public': '',
    };
    for (const order of [Object.entries(rules), Object.entries(rules).reverse()]) {
      const verdict = (name: string) => filter(Object.fromEntries(order)).verdict(name)?.transformations.join();
      expect(verdict('app/prod/db')).toBe('exact');
      expect(verdict('app/prod/dx')).toBe('d');
      expect(verdict('app/prod/dxy')).toBe('long-d');
      expect(verdict('app/prod/d')).toBe('any-d');
      expect(verdict('app/prod/api')).toBe('app-prod');
      expect(verdict('app/test/a/b')).toBe('app');
      expect(verdict('web/prod/api')).toBe('prod');
      expect(verdict('x')).toBe('all');
      expect(verdict('app/prod/key-private')).toBeUndefined();
      expect(verdict('app/prod/key-public')).toBe('');
    }
  });

  test('takes the later of two sources, and is refused whole when one cannot be read', () => {
    expect(filter({ 'a/*': 'x' }, { 'a/*': false }).verdict('a/b')).toBeUndefined();
    for (const [source, message] of [
      ['{', 'a filter is not JSON'],
      ['[]', 'a filter is no JSON object'],
      ['null', 'a filter is no JSON object'],
      ['{"a": true}', 'a rule of a filter is a list of transformations, "" or false'],
      ['{"a": ["x"]}', 'a rule of a filter is a list of transformations, "" or false'],
    ]) {
      expect(() => new Filter(['{"**": ""}', source])).toThrow(new Refusal(message));
    }
  });
});

describe('a map of names', () => {
  test('renames what it knows and leaves the rest its name', () => {
    const map = names({
      'app/prod/db': 'app/prod/db-backup',
      'app/*/api': 'copy/*/api',
      'jobs/**/key-?': 'k/**/?',
      'same/*': '',
    });
    expect(map.target('app/prod/db')).toBe('app/prod/db-backup');
    expect(map.target('app/prod/api')).toBe('copy/prod/api');
    expect(map.target('jobs/a/b/key-1')).toBe('k/a/b/1');
    expect(map.target('same/x')).toBe('same/x');
    expect(map.target('other')).toBe('other');
  });

  test.each([
    ['{"a/*": "b"}', 'both sides of a map of names have the same number of wildcards, or two secrets could become one'],
    ['{"a": "b/*"}', 'both sides of a map of names have the same number of wildcards, or two secrets could become one'],
    ['{"a": "c", "b": "c"}', 'two rules of a map of names have the same target'],
    ['{"a": 1}', 'the target of a map of names is a text'],
    ['x', 'a map of names is not JSON'],
  ])('%s is refused', (source, message) => {
    expect(() => new NameMap([source])).toThrow(new Refusal(message));
  });

  test('gives no name that Secrets Manager does not allow', () => {
    const refusal = new Refusal('the name at the destination is none that Secrets Manager allows');
    expect(() => names({ a: 'b c' }).target('a')).toThrow(refusal);
    expect(() => names({ '*': `${'x'.repeat(512)}*` }).target('a')).toThrow(refusal);
  });

  test('shows beforehand which secrets would become one', () => {
    const map = names({ 'app/*': 'copy/*' });
    expect(collisions(['app/a', 'copy/a', 'copy/b', 'copy/b'], (name) => map.target(name))).toEqual(
      new Map([['copy/a', ['app/a', 'copy/a']]]),
    );
  });
});

test('what steers the replicator is not its cargo', () => {
  const own = new OwnNames(['ops/destinations', 'ops/filter-a, ops/filter-b']);
  for (const name of [
    'secrets-replicator/config/destinations',
    'secrets-replicator/other/x',
    'ops/destinations',
    'ops/filter-b',
  ]) {
    expect(own.has(name)).toBe(true);
  }
  expect(own.has('ops/filter-c')).toBe(false);
  expect(own.has('secrets-replicator-of-mine')).toBe(false);
});
