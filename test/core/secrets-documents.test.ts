import { Glob } from '../../lambda/secrets-replicator/glob';
import { OWN_PREFIX as ENGINE_PREFIX } from '../../lambda/secrets-replicator/names';
import { arnPattern, covers, OWN_PREFIX, wildcardsIn } from '../../lib/core/secrets-documents';

const PATTERNS = [
  '**',
  'app/**',
  'app/*',
  'app/?',
  'app/d*',
  'app/*/db',
  'app/**/db',
  'app/dev/*',
  'app/dev/db',
  'a.b',
  'a+b',
];
const NAMES = [
  'app/d',
  'app/dev',
  'app/x/db',
  'app/dev/db',
  'app/dev/x',
  'app/a/b/db',
  'app/a/b/c',
  'a.b',
  'axb',
  'a+b',
  'aab',
];

describe('patterns of names', () => {
  test.each(PATTERNS)('%s covers another one only when it has every name of it', (pattern) => {
    for (const other of PATTERNS.filter((one) => covers(pattern, one))) {
      const names = NAMES.filter((name) => new Glob(other).matches(name));
      expect(names.filter((name) => !new Glob(pattern).matches(name))).toEqual([]);
    }
  });

  test.each(PATTERNS)('%s covers the names that the function finds it has', (pattern) => {
    expect(NAMES.filter((name) => covers(pattern, name))).toEqual(
      NAMES.filter((name) => new Glob(pattern).matches(name)),
    );
  });

  test('cover what is more specific, and not what is less', () => {
    expect(PATTERNS.filter((one) => covers('app/**', one))).toEqual(PATTERNS.filter((one) => one.startsWith('app/')));
    expect(PATTERNS.filter((one) => covers('app/*', one))).toEqual(['app/*', 'app/?', 'app/d*']);
    expect(PATTERNS.filter((one) => covers('app/?', one))).toEqual(['app/?']);
  });

  test('have as many wildcards as the function counts', () => {
    for (const pattern of [...PATTERNS, '*/**/?', '***'])
      expect(wildcardsIn(pattern)).toBe(new Glob(pattern).wildcards);
  });

  test('are written for IAM with one star and the characters that AWS appends', () => {
    expect(arnPattern('app/**/db*')).toBe('app/*/db*-??????');
  });

  test('never have what the function keeps for itself', () => {
    expect(OWN_PREFIX).toBe(ENGINE_PREFIX);
  });
});
