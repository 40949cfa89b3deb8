import { checkName } from '../../lib/core/naming';

describe('names', () => {
  test.each([
    ['function', 'transaction-processor-primary-dev'],
    ['bucket', 'dr-primary-dev'],
    ['load balancer', 'alb-secondary-dev'],
    ['db cluster', 'aurora-primary-dev'],
    ['restore testing plan', 'restore_dev'],
    ['parameter', '/app/dev/payment/limit'],
  ] as const)('a %s may be called %s', (kind, name) => {
    expect(checkName('x', kind, name)).toBe(name);
  });

  test.each([
    ['load balancer', 'a'.repeat(33), 'shorten environmentSuffix or the name by 1: AWS allows 32 characters'],
    ['function', 'f'.repeat(70), 'by 6: AWS allows 64'],
    ['target group', 'processor.dev', 'use letters, digits and hyphens'],
    ['load balancer', 'internal-dev', 'use letters, digits and hyphens'],
    [
      'db cluster',
      'aurora--dev',
      'use lower-case letters, digits and hyphens, starting with a letter, no two hyphens together',
    ],
    ['db cluster', 'aurora-', 'use lower-case letters'],
    ['bucket', 'Dr-dev', 'use lower-case letters'],
    ['bucket', 'ab', 'at least 3'],
    ['table', 'ab', 'at least 3'],
    ['role', 'my role', 'use letters, digits, dots, hyphens and underscores'],
  ] as const)('a %s may not be called %s', (kind, name, message) => {
    expect(() => checkName('x', kind, name)).toThrow(message);
    expect(() => checkName('x', kind, name)).toThrow(`x: name of the ${kind} is "${name}"; `);
  });

  test('count what a reference in the name will be', () => {
    expect(() => checkName('x', 'bucket', 'b'.repeat(51), 13)).toThrow('by 1: AWS allows 63');
  });
});
