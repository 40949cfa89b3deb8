import { LIMIT_LIFETIME_MS, LimitPayments } from '../../../lambda/transaction-processor/payment';
import { MemoryLog } from './memory';

const request = (amount: string) => ({ idempotencyKey: 'txn-1', amount, currency: 'USD' });

function payments(limits: (string | undefined | Error)[]) {
  const log = new MemoryLog();
  const clock = { now: 1_000_000 };
  const reads = { count: 0 };
  const readLimit = async (): Promise<string | undefined> => {
    const limit = limits[Math.min(reads.count++, limits.length - 1)];
    if (limit instanceof Error) throw limit;
    return limit;
  };
  return { log, clock, reads, port: new LimitPayments({ readLimit, defaultLimit: '500', log, now: () => clock.now }) };
}

describe('LimitPayments', () => {
  test('authorizes up to the limit and declines above it, by exact amounts', async () => {
    const { port } = payments(['100.10']);
    expect(await port.authorize(request('100.1'))).toMatch(/^auth-[0-9a-f]{32}$/);
    await expect(port.authorize(request('100.1000000000000001'))).rejects.toMatchObject({
      name: 'PaymentDeclined',
      message: 'the amount is above the limit for one payment',
    });
  });

  test('gives the same authorization for the same key, wherever it is asked', async () => {
    expect(await payments(['10']).port.authorize(request('5'))).toBe(
      await payments(['10']).port.authorize(request('5')),
    );
  });

  test('uses the default where no limit is set', async () => {
    const { port } = payments([undefined]);
    await port.authorize(request('500'));
    await expect(port.authorize(request('500.01'))).rejects.toMatchObject({ name: 'PaymentDeclined' });
  });

  test('reads the limit once a minute', async () => {
    const { port, clock, reads } = payments(['10', '20']);
    await port.authorize(request('5'));
    clock.now += LIMIT_LIFETIME_MS - 1;
    await expect(port.authorize(request('15'))).rejects.toMatchObject({ name: 'PaymentDeclined' });
    expect(reads.count).toBe(1);
    clock.now += 1;
    await port.authorize(request('15'));
    expect(reads.count).toBe(2);
  });

  test('goes on with the last limit while it cannot be read (static stability)', async () => {
    const { port, clock, log } = payments(['10', new Error('throttled')]);
    await port.authorize(request('5'));
    clock.now += LIMIT_LIFETIME_MS;
    await port.authorize(request('5'));
    expect(log.lines).toEqual(['WARN the payment limit cannot be read {"reason":"throttled","usesLastLimit":true}']);
  });

  test.each([
    [new Error('throttled'), 'the payment limit cannot be read: throttled'],
    ['a lot', 'the payment limit cannot be read: it is not a plain decimal'],
  ])('is unavailable when the first limit is %s', async (limit, message) => {
    await expect(payments([limit]).port.authorize(request('5'))).rejects.toMatchObject({
      name: 'PaymentUnavailable',
      isTransient: true,
      message,
    });
  });
});
