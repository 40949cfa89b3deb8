import { TerraformStack, Testing } from 'cdktf';
import { ConfigurationError } from '../../lib/core/errors';

describe('ConfigurationError', () => {
  test('names the path, the prop, the value and the way out, a line per problem', () => {
    const scope = new TerraformStack(Testing.app(), 'stack');
    const error = new ConfigurationError(
      scope,
      { prop: 'a', received: { b: 1 }, wayOut: 'give a number' },
      { prop: 'c', received: undefined, wayOut: 'give it' },
    );
    expect(error.message).toBe('stack: a is {"b":1}; give a number\nstack: c is missing; give it');
    expect(error.problems).toHaveLength(2);
  });

  test('shortens a long value and shows a function by its text', () => {
    expect(new ConfigurationError('x', { prop: 'p', received: 'v'.repeat(500), wayOut: 'w' }).message).toHaveLength(
      'x: p is '.length + 200 + '; w'.length,
    );
    expect(new ConfigurationError('x', { prop: 'p', received: () => 1, wayOut: 'w' }).message).toMatch(
      /^x: p is \(\) ?=> ?1; w$/,
    );
  });

  test('speaks of the app where there is no path', () => {
    expect(new ConfigurationError(Testing.app(), { prop: 'p', received: 1, wayOut: 'w' }).message).toBe(
      'app: p is 1; w',
    );
  });

  test('is told apart from other errors', () => {
    expect(ConfigurationError.isConfigurationError(new ConfigurationError('x'))).toBe(true);
    expect(ConfigurationError.isConfigurationError(new Error('x'))).toBe(false);
    expect(ConfigurationError.isConfigurationError(undefined)).toBe(false);
  });
});
