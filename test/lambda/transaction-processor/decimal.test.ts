import fc from 'fast-check';
import { canonicalDecimal, isGreater, JsonNumber, parseExactJson } from '../../../lambda/transaction-processor/decimal';

/** Non-negative decimals of up to 38 digits, as people write them. */
const decimals = fc
  .tuple(fc.stringMatching(/^(0|[1-9]\d{0,18})$/), fc.option(fc.stringMatching(/^\d{1,19}$/), { nil: undefined }))
  .map(([whole, fraction]) => (fraction === undefined ? whole : `${whole}.${fraction}`));

/** A decimal as an integer of 10^-20ths: exact, and computed without the code under test. */
const scaled = (text: string): bigint => {
  const [whole, fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(20, '0'));
};

describe('exact decimals (S1-15)', () => {
  test.each([
    ['100.10', '100.1'],
    ['12345678901234.55', '12345678901234.55'],
    ['0.30', '0.3'],
    ['007', '7'],
    ['1.000', '1'],
    ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
  ])('%s is %s, as text and as a JSON number', (given, canonical) => {
    expect(canonicalDecimal(given)).toBe(canonical);
    if (!given.startsWith('00')) {
      expect(canonicalDecimal((parseExactJson(`{"amount":${given}}`) as { amount: unknown }).amount)).toBe(canonical);
    }
  });

  test.each(['', '-1', '+1', '1e3', '1.', '.5', '1,5', ' 1', 'NaN', '1'.repeat(39), null, undefined, true, {}, [1]])(
    '%j is no decimal',
    (given) => {
      expect(canonicalDecimal(given)).toBeUndefined();
    },
  );

  test('any decimal amount survives the body of a request exactly', () => {
    fc.assert(
      fc.property(decimals, (amount) => {
        const { amount: parsed } = parseExactJson(`{"note":"1.50 \\" 2","amount": ${amount} }`) as { amount: unknown };
        expect(parsed).toEqual(new JsonNumber(amount));
        expect(scaled(canonicalDecimal(parsed) as string)).toBe(scaled(amount));
      }),
    );
  });

  test('a JavaScript number is taken while it is exact, and refused when it may have been rounded', () => {
    expect(canonicalDecimal(100.1)).toBe('100.1');
    expect(canonicalDecimal(123456789012345)).toBe('123456789012345');
    expect(canonicalDecimal(12345678901234.55)).toBeUndefined();
    expect(canonicalDecimal(1e21)).toBeUndefined();
    expect(canonicalDecimal(1e-7)).toBeUndefined();
  });

  test('the greater of two decimals is found without floats', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(isGreater(canonicalDecimal(a) as string, canonicalDecimal(b) as string)).toBe(scaled(a) > scaled(b));
      }),
    );
  });
});

describe('parseExactJson', () => {
  test('agrees with JSON.parse on everything but numbers', () => {
    const plain = (value: unknown): unknown => {
      if (value instanceof JsonNumber) return Number(value.text);
      if (Array.isArray(value)) return value.map(plain);
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]));
    };
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        expect(JSON.stringify(plain(parseExactJson(text)))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test.each(['', '{', '01', '{"a":1.}', "{'a':1}", '{1:2}', 'NaN'])('fails on %j', (text) => {
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  });
});
