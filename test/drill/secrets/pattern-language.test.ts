import { nameIn } from '../../../drill/secrets/pattern-language';

describe('looking for a name', () => {
  test('finds a readable one, or else a shortest one', () => {
    expect(nameIn(['app/*', '**/db?'], [])).toEqual({ found: 'app/dbc', complete: true });
    expect(nameIn(['app/**'], [])).toEqual({ found: 'app/a/b', complete: true });
    expect(nameIn(['*-x', 'y-*'], [])).toEqual({ found: 'y-x', complete: true });
    expect(nameIn(['app/*'], ['app/a'])).toMatchObject({ complete: true });
  });

  test('knows when there is none', () => {
    expect(nameIn(['app/*'], ['**'])).toEqual({ complete: true });
    expect(nameIn(['app/*', 'db/*'], [])).toEqual({ complete: true });
    expect(nameIn(['a/**/b', '?'], [])).toEqual({ complete: true });
    expect(nameIn(['*b', '**/?'], [])).toEqual({ complete: true });
    expect(nameIn(['?'], ['[a-z]', '*'])).toEqual({ complete: true });
  });

  test('gives up, and says so, before a pattern takes the machine', () => {
    const start = performance.now();
    expect(nameIn([`**a${'?'.repeat(20)}`], ['**'])).toEqual({ complete: false });
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
