import { AccessLog, LOG_CAPACITY } from '../../simulator/access-log';

describe('the access log', () => {
  const call = (operation: string): Parameters<AccessLog['add']>[0] => ({
    region: 'us-east-1',
    service: 'sqs',
    operation,
    plane: 'data',
  });
  const filled = (log: AccessLog, count: number): AccessLog => {
    for (let i = 1; i <= count; i++) log.add(call(`Call${i}`), i * 1000, 200);
    return log;
  };

  test('keeps so many calls in their order, and counts the older ones that it forgot', () => {
    const log = filled(new AccessLog(3), 5);
    expect(log.read().map(({ operation }) => operation)).toEqual(['Call3', 'Call4', 'Call5']);
    expect([log.size, log.forgotten]).toEqual([3, 2]);
    expect(filled(new AccessLog(3), 3).forgotten).toBe(0);
    expect(filled(new AccessLog(3), 6).read()[0].operation).toBe('Call4');
  });

  test('is read from a time on, and by what a call was', () => {
    const log = filled(new AccessLog(10), 4);
    expect(log.read({ since: new Date(3000).toISOString() })).toHaveLength(2);
    expect(log.read({ operation: 'Call2', region: undefined })).toEqual([
      { ...call('Call2'), time: '1970-01-01T00:00:02.000Z', status: 200 },
    ]);
    expect(log.read({ plane: 'control' })).toEqual([]);
  });

  test('holds a number of calls that the documentation states', () => {
    expect(LOG_CAPACITY).toBe(200_000);
  });
});
