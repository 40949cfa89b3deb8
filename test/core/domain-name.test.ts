import { Token } from 'cdktf';
import { domainName } from '../../lib/core/domain-name';

const problem = (name: unknown): string | undefined => domainName.safeParse(name).error?.issues[0].message;

const RESERVED = 'choose a domain that you own: AWS and the DNS standards reserve this one';
const MALFORMED =
  'give a name such as "dr.your-company.com": two or more labels of lower-case letters, digits and hyphens, ' +
  'without scheme, path, port or final dot';

describe('domainName', () => {
  test.each([
    'your-company.com',
    'app.dr.your-company.com',
    'a1.io',
    '_acme-challenge.your-company.com',
    'corp.internal',
    'my-example.com',
    'testing.co.uk',
    `${'a'.repeat(63)}.com`,
    Token.asString({ resolve: () => '${aws_lb.x.dns_name}' }),
  ])('accepts %s', (name) => {
    expect(problem(name)).toBeUndefined();
  });

  test.each([
    'example.com',
    'dr.example.com',
    'x.example.net',
    'example.org',
    'dr.example',
    'dr.test',
    'dr.invalid',
    'app.localhost',
    'local',
    'printer.local',
  ])('fails on %s, which is reserved (R-R53-15)', (name) => {
    expect(problem(name)).toBe(RESERVED);
  });

  test.each([
    '',
    'com',
    'https://your-company.com',
    'your-company.com/health',
    'your-company.com:443',
    'your-company.com.',
    'Your-Company.com',
    '-a.com',
    'a-.com',
    'a..com',
    'a b.com',
    '*.your-company.com',
    '203.0.113.7',
    `${'a'.repeat(64)}.com`,
    `${'a.'.repeat(126)}com`,
  ])('fails on %p, which is no name of a domain', (name) => {
    expect(problem(name)).toBe(MALFORMED);
  });

  test('fails on what is not a string', () => {
    expect(problem(7)).toBe('give a domain name such as "dr.your-company.com"');
  });
});
