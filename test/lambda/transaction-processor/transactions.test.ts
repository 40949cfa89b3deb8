import { TransactionError } from '../../../lambda/transaction-processor/errors';
import { transactionIdOf } from '../../../lambda/transaction-processor/order';
import { Transactions } from '../../../lambda/transaction-processor/transactions';
import { MemoryArchive, MemoryLedger, ORDER, ScriptedPayments } from './memory';

const FIRST = '2026-01-31T12:00:00.000Z';
const LATER = '2026-01-31T13:00:00.000Z';
const ID = transactionIdOf('order-1');

function region() {
  const ledger = new MemoryLedger();
  const archive = new MemoryArchive();
  const payments = new ScriptedPayments();
  const started: [string, string][] = [];
  const workflow = { start: async (name: string, input: string) => void started.push([name, input]) };
  return {
    ledger,
    archive,
    payments,
    started,
    inline: new Transactions({ ledger, archive, payments }),
    queued: new Transactions({ ledger, archive, payments, workflow }),
  };
}

describe('an order', () => {
  test('goes through: on record, paid, in the archive, fulfilled', async () => {
    const { inline, ledger, archive } = region();
    expect(await inline.submit(ORDER, FIRST)).toEqual({ transactionId: ID, status: 'fulfilled', isNew: true });
    expect(ledger.types).toEqual(['FULFILMENT', 'ORDER', 'PAYMENT']);
    expect(await ledger.get(ID, 'ORDER')).toMatchObject({ ...ORDER, amount: '100.1', createdAt: FIRST });
    expect(await ledger.get(ID, 'PAYMENT')).toMatchObject({ amount: '100.1', idempotencyKey: ID, createdAt: FIRST });
    expect(archive.objects.get(`transactions/${ID}.json`)).toBe(
      JSON.stringify({ transactionId: ID, order: { ...ORDER, amount: '100.1' } }),
    );
    expect(await inline.read(ID)).toMatchObject({ transactionId: ID, status: 'fulfilled' });
    expect(await inline.ordersOf('customer-1')).toHaveLength(1);
  });

  test('replayed later changes nothing and is paid once (R-EB-6)', async () => {
    const { inline, ledger, archive, payments } = region();
    await inline.submit(ORDER, FIRST);
    const before = [ledger.text, JSON.stringify([...archive.objects])];
    expect(await inline.submit({ ...ORDER, amount: '100.1' }, LATER)).toMatchObject({ isNew: false });
    expect([ledger.text, JSON.stringify([...archive.objects])]).toEqual(before);
    expect(payments.requests).toHaveLength(1);
  });

  test('taken in both regions from one event gives the same bytes in both (R-DDB-10)', async () => {
    const [one, other] = [region(), region()];
    await one.inline.submit(ORDER, FIRST);
    await other.inline.submit(ORDER, FIRST);
    expect(one.ledger.text).toBe(other.ledger.text);
    expect([...one.archive.objects]).toEqual([...other.archive.objects]);
    expect(one.payments.requests).toEqual(other.payments.requests);
  });

  test('with other content under the same id is refused, and the first one stays', async () => {
    const { inline, ledger } = region();
    await inline.submit(ORDER, FIRST);
    const before = ledger.text;
    await expect(inline.submit({ ...ORDER, amount: '100.11' }, LATER)).rejects.toMatchObject({
      name: 'OrderConflict',
      statusCode: 409,
      message: 'this orderId is on record with other content; use another orderId',
    });
    expect(ledger.text).toBe(before);
  });

  test('goes to the workflow under its own name, with the time of its first record (R-SFN-4)', async () => {
    const { queued, started, ledger } = region();
    expect(await queued.submit(ORDER, FIRST)).toEqual({ transactionId: ID, status: 'accepted', isNew: true });
    await queued.submit(ORDER, LATER);
    const input = JSON.stringify({ order: { ...ORDER, amount: '100.1' }, createdAt: FIRST });
    expect(started).toEqual([
      [ID, input],
      [ID, input],
    ]);
    expect(ledger.types).toEqual(['ORDER']);
    expect(await queued.read(ID)).toMatchObject({ status: 'accepted' });
  });

  test('declined is on record as failed, and paid or fulfilled never', async () => {
    const { inline, ledger, payments } = region();
    payments.declines = true;
    await expect(inline.submit(ORDER, FIRST)).rejects.toMatchObject({ name: 'PaymentDeclined', statusCode: 402 });
    expect(ledger.types).toEqual(['FAILURE', 'ORDER']);
    expect(await ledger.get(ID, 'FAILURE')).toMatchObject({ error: 'PaymentDeclined', cause: 'the provider refused' });
    expect(await inline.read(ID)).toMatchObject({ status: 'failed' });
  });

  test('that may succeed later is not on record as failed, and handing it in again goes on with it', async () => {
    const { inline, ledger, payments } = region();
    payments.unavailable = 1;
    await expect(inline.submit(ORDER, FIRST)).rejects.toMatchObject({ name: 'PaymentUnavailable', isTransient: true });
    expect(ledger.types).toEqual(['ORDER']);
    expect(await inline.submit(ORDER, LATER)).toMatchObject({ status: 'fulfilled', isNew: false });
    expect(await ledger.get(ID, 'FULFILMENT')).toMatchObject({ createdAt: FIRST });
  });

  test('is not fulfilled before it is paid', async () => {
    const { inline } = region();
    await expect(inline.fulfil(ORDER, FIRST)).rejects.toMatchObject({
      name: 'OrderNotPaid',
      message: 'the order has no payment on record in this region',
    });
    await inline.pay(ORDER, FIRST);
    expect(await inline.read(ID)).toMatchObject({ status: 'paid' });
  });

  test('an error nobody named is not turned into a record', async () => {
    const { inline, ledger, payments } = region();
    payments.authorize = async () => Promise.reject(new Error('a defect'));
    await expect(inline.submit(ORDER, FIRST)).rejects.toThrow('a defect');
    expect(ledger.types).toEqual(['ORDER']);
  });
});

describe('a failure on record', () => {
  test('of a refused order does not mark the order that was accepted under the same id', async () => {
    const { inline, ledger } = region();
    await inline.submit(ORDER, FIRST);
    await inline.recordFailure({ ...ORDER, amount: '-1' }, { Error: 'OrderInvalid', Cause: 'amount: ...' }, LATER);
    expect(ledger.types[3]).toMatch(/^REFUSAL#[0-9a-f]{16}$/);
    expect(await inline.read(ID)).toMatchObject({ status: 'fulfilled' });
  });

  test('keeps the message of a cause and not the stack of Lambda', async () => {
    const { inline, ledger } = region();
    const Cause = JSON.stringify({ errorType: 'X', errorMessage: 'what went wrong', trace: ['at secret.js'] });
    await inline.recordFailure(ORDER, { Error: 'X', Cause }, FIRST);
    expect(await ledger.get(ID, 'FAILURE')).toMatchObject({ error: 'X', cause: 'what went wrong', createdAt: FIRST });
  });

  test.each([
    ['plain', 'plain'],
    ['{"other":1}', '{"other":1}'],
    ['x'.repeat(2000), 'x'.repeat(1024)],
    [undefined, ''],
  ])('takes the cause %j', async (Cause, cause) => {
    const { inline, ledger } = region();
    await inline.recordFailure(ORDER, { Cause });
    expect(await ledger.get(ID, 'FAILURE')).toMatchObject({ error: 'Unknown', cause });
  });

  test.each([undefined, 'text', { orderId: 5 }])('is possible for %j, which has no id', async (order) => {
    const { inline } = region();
    const { transactionId } = await inline.recordFailure(order, { Error: 'OrderInvalid' });
    expect(await inline.read(transactionId)).toMatchObject({ status: 'refused' });
    expect(await inline.recordFailure(order, { Error: 'OrderInvalid' })).toEqual({
      transactionId,
      error: 'OrderInvalid',
    });
  });
});

test('an unknown transaction is not found', async () => {
  await expect(region().inline.read('txn-x')).rejects.toEqual(
    new TransactionError('NotFound', 'there is no such transaction in this region'),
  );
});
