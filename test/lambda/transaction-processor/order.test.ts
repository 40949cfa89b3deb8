import { TransactionError } from '../../../lambda/transaction-processor/errors';
import { contentHashOf, MAX_ITEMS, parseOrder, transactionIdOf } from '../../../lambda/transaction-processor/order';
import { ORDER } from './memory';

const problemsOf = (value: unknown): readonly string[] => {
  try {
    parseOrder(value);
  } catch (error) {
    expect(error).toMatchObject({ name: 'OrderInvalid', statusCode: 400, isTransient: false });
    return (error as TransactionError).problems;
  }
  throw new Error('the order was accepted');
};

describe('parseOrder', () => {
  test('brings an order into one form, whatever the order of its fields', () => {
    const items = [{ sku: 'a', quantity: 2, price: '50.050' }];
    const one = parseOrder({ ...ORDER, items, createdAt: '2026-01-01T00:00:00Z' });
    const other = parseOrder({
      createdAt: '2026-01-01T00:00:00Z',
      items: [{ price: '50.05', quantity: '2', sku: 'a' }],
      currency: 'USD',
      amount: '100.1',
      customerId: 'customer-1',
      orderId: 'order-1',
    });
    expect(one).toEqual({
      ...ORDER,
      amount: '100.1',
      createdAt: '2026-01-01T00:00:00Z',
      items: [{ sku: 'a', quantity: '2', price: '50.05' }],
    });
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
    expect(contentHashOf(other)).toBe(contentHashOf(one));
  });

  test('takes an absent list and null as the same', () => {
    expect(parseOrder({ ...ORDER, items: null, createdAt: null })).toEqual({ ...ORDER, amount: '100.1' });
  });

  test.each([
    [undefined, 'order: is missing'],
    [null, 'order: is missing'],
    ['text', 'order: give an object'],
    [[], 'order: give an object'],
    [{ ...ORDER, orderId: undefined }, 'orderId: is missing; give 1 to 128 printable ASCII characters without spaces'],
    [{ ...ORDER, orderId: 5 }, 'orderId: give 1 to 128 printable ASCII characters without spaces'],
    [{ ...ORDER, orderId: 'x'.repeat(129) }, 'orderId: give 1 to 128 printable ASCII characters without spaces'],
    [{ ...ORDER, customerId: 'a b' }, 'customerId: give 1 to 128 printable ASCII characters without spaces'],
    [{ ...ORDER, currency: 'usd' }, 'currency: give three capital letters such as "USD"'],
    [{ ...ORDER, createdAt: '2026-02-30' }, 'createdAt: give a time in UTC such as "2026-01-31T12:00:00Z"'],
    [{ ...ORDER, createdAt: '2026-99-01T00:00:00Z' }, 'createdAt: give a time in UTC such as "2026-01-31T12:00:00Z"'],
    [{ ...ORDER, items: {} }, 'items: give a list of at most 100 items'],
    [
      { ...ORDER, items: Array(MAX_ITEMS + 1).fill({ sku: 'a', quantity: 1 }) },
      'items: give a list of at most 100 items',
    ],
    [{ ...ORDER, items: ['a'] }, 'items[0]: give an object'],
    [{ ...ORDER, items: [{ sku: 'a', quantity: 0 }] }, 'items[0].quantity: give a whole number from 1 to 999999'],
    [{ ...ORDER, items: [{ sku: 'a', quantity: 1.5 }] }, 'items[0].quantity: give a whole number from 1 to 999999'],
    [
      { ...ORDER, discount: 1 },
      'order: has fields that are not known; use only orderId, customerId, amount, currency, createdAt, items',
    ],
  ])('refuses %j', (value, problem) => {
    expect(problemsOf(value)).toEqual([problem]);
  });

  test.each([0, '0.00', '-5', '1e3', 12345678901234.55, true])('refuses the amount %j', (amount) => {
    expect(problemsOf({ ...ORDER, amount })).toEqual([
      'amount: give a positive amount as a plain decimal of at most 38 digits, and as a string where JSON numbers are read as floats, such as "100.10"',
    ]);
  });

  test('lists every problem and repeats nothing of the content', () => {
    const problems = problemsOf({ orderId: 'secret value', amount: 'secret', items: [{ sku: 'secret value' }] });
    expect(problems).toHaveLength(6);
    expect(problems.join()).not.toContain('secret');
  });
});

test('the id of a transaction follows from the order alone, and fits every name it is used in (S1-15, R-SFN-4)', () => {
  expect(transactionIdOf('order-1')).toBe('txn-0bafe22156d2698c143b86040446d366');
  expect(transactionIdOf('~'.repeat(128))).toMatch(/^txn-[0-9a-f]{32}$/);
  expect(transactionIdOf('a')).not.toBe(transactionIdOf('b'));
});
