import { HttpResponse } from '../../../lambda/http-event';
import { createHandler } from '../../../lambda/transaction-processor/handler';
import { MAX_BODY_BYTES } from '../../../lambda/transaction-processor/http';
import { transactionIdOf } from '../../../lambda/transaction-processor/order';
import { Workflow } from '../../../lambda/transaction-processor/ports';
import { Transactions } from '../../../lambda/transaction-processor/transactions';
import { MemoryArchive, MemoryLedger, MemoryLog, NOW, ORDER, ScriptedPayments } from './memory';

const ID = transactionIdOf('order-1');

function system(workflow?: Workflow) {
  const ledger = new MemoryLedger();
  const payments = new ScriptedPayments();
  const log = new MemoryLog();
  const transactions = new Transactions({ ledger, archive: new MemoryArchive(), payments, workflow });
  const handler = createHandler({ transactions, log, now: () => NOW });
  const http = async (httpMethod: string, path: string, more: object = {}) => {
    const response = (await handler({ httpMethod, path, ...more })) as HttpResponse;
    return { status: response.statusCode, headers: response.headers, body: JSON.parse(response.body), response };
  };
  const post = (body: string, more: object = {}) => http('POST', '/transactions', { body, ...more });
  return { ledger, payments, log, handler, http, post };
}

describe('HTTP requests', () => {
  test('POST /transactions processes an order at once where there is no workflow', async () => {
    const { post, ledger } = system();
    const first = await post('{"orderId":"order-1","customerId":"customer-1","amount":100.10,"currency":"USD"}');
    expect(first).toMatchObject({
      status: 201,
      body: { transactionId: ID, status: 'fulfilled' },
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', location: `/transactions/${ID}` },
    });
    expect(first.response).toMatchObject({ statusDescription: '201 Created', isBase64Encoded: false });
    expect((await ledger.get(ID, 'ORDER'))?.createdAt).toBe('2026-01-31T12:00:00.000Z');
    expect(await post(JSON.stringify(ORDER))).toMatchObject({ status: 200, body: { transactionId: ID } });
  });

  test('POST /transactions is accepted where there is a workflow, again and again', async () => {
    const { post } = system({ start: async () => undefined });
    expect(await post(JSON.stringify(ORDER))).toMatchObject({
      status: 202,
      body: { transactionId: ID, status: 'accepted' },
    });
    expect(await post(JSON.stringify(ORDER))).toMatchObject({ status: 202 });
  });

  test('a number that no float can hold survives', async () => {
    const { post, http } = system();
    await post('{"orderId":"order-1","customerId":"c","amount":12345678901234.55,"currency":"USD"}');
    const { body } = await http('GET', `/transactions/${ID}`);
    expect(body.status).toBe('fulfilled');
    expect(body.records.map(({ amount }: { amount?: string }) => amount)).toContain('12345678901234.55');
  });

  test('the event of an API works too: base64, trailing slash, its own time', async () => {
    const { http, ledger } = system();
    const body = Buffer.from(JSON.stringify(ORDER)).toString('base64');
    const requestContext = { requestTimeEpoch: NOW + 1000 };
    expect(
      await http('POST', '/transactions/', {
        body,
        isBase64Encoded: true,
        requestContext,
        queryStringParameters: null,
      }),
    ).toMatchObject({ status: 201 });
    expect((await ledger.get(ID, 'ORDER'))?.createdAt).toBe('2026-01-31T12:00:01.000Z');
  });

  test('GET /transactions?customerId= lists the orders of a customer', async () => {
    const { http, post } = system();
    await post(JSON.stringify({ ...ORDER, customerId: 'a/b' }));
    const { body } = await http('GET', '/transactions', { queryStringParameters: { customerId: 'a%2Fb' } });
    expect(body.transactions).toEqual([expect.objectContaining({ transactionId: ID, recordType: 'ORDER' })]);
  });

  test('GET /health says that the function runs, and nothing is logged', async () => {
    const { http, log } = system();
    expect(await http('GET', '/health')).toMatchObject({ status: 200, body: { status: 'healthy' } });
    expect(log.lines).toEqual([]);
  });

  test.each([
    ['GET', '/', {}, 404, 'NotFound', 'there is only /transactions here'],
    ['GET', '/transactions/a/b', {}, 404, 'NotFound', 'there is only /transactions here'],
    ['GET', '/transactions/txn-x', {}, 404, 'NotFound', 'there is no such transaction in this region'],
    ['GET', '/transactions', {}, 400, 'RequestInvalid', 'name the customer: /transactions?customerId=...'],
    ['GET', '/transactions/%E0%A4', {}, 400, 'RequestInvalid', 'the address holds an escape that is not UTF-8'],
    [
      'DELETE',
      '/transactions/x',
      {},
      405,
      'MethodNotAllowed',
      'use POST /transactions or GET /transactions/{transactionId}',
    ],
    ['POST', '/transactions', {}, 400, 'RequestInvalid', 'send a body that is JSON'],
    ['POST', '/transactions', { body: '{' }, 400, 'RequestInvalid', 'send a body that is JSON'],
    ['POST', '/transactions', { body: '[]' }, 400, 'RequestInvalid', 'send one order as a JSON object'],
    [
      'POST',
      '/transactions',
      { body: 'x'.repeat(MAX_BODY_BYTES + 1) },
      413,
      'RequestTooLarge',
      'send at most 65536 bytes',
    ],
  ])('%s %s %j is answered with %d %s', async (method, path, more, status, error, message) => {
    expect(await system().http(method, path, more)).toMatchObject({ status, body: { error, message } });
  });

  test('an order with problems is answered with all of them', async () => {
    const { body, status } = await system().post('{"orderId":"order-1"}');
    expect(status).toBe(400);
    expect(body.error).toBe('OrderInvalid');
    expect(body.problems).toHaveLength(3);
  });

  test('other content under the same id is answered with 409', async () => {
    const { post } = system();
    await post(JSON.stringify(ORDER));
    expect(await post(JSON.stringify({ ...ORDER, currency: 'EUR' }))).toMatchObject({
      status: 409,
      body: { error: 'OrderConflict' },
    });
  });

  test('what may succeed later is answered with 503 and a time to wait', async () => {
    const { post, payments } = system();
    payments.unavailable = 1;
    expect(await post(JSON.stringify(ORDER))).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { error: 'PaymentUnavailable' },
    });
  });

  test('a defect is answered with 500, and only the log says what it was', async () => {
    const { post, payments, log } = system();
    payments.authorize = async () => Promise.reject(new Error('a defect'));
    const { status, body } = await post(JSON.stringify(ORDER));
    expect([status, body]).toEqual([500, { error: 'InternalError', message: 'the request failed; its log says why' }]);
    expect(log.lines).toEqual(['ERROR request failed {"error":"Error","reason":"a defect"}']);
  });

  test('no log line names the customer or the amount', async () => {
    const { post, handler, log } = system();
    await post(JSON.stringify(ORDER));
    await post('{"orderId":"order-1","customerId":"customer-1"}');
    await handler({ action: 'validate', order: ORDER });
    expect(log.lines.length).toBeGreaterThan(1);
    expect(log.lines.join()).not.toMatch(/customer-1|100\.1/);
  });
});

describe('events', () => {
  const event = (detail: unknown, more: object = {}) => ({
    'detail-type': 'OrderSubmitted',
    source: 'app.orders',
    time: '2026-01-31T11:00:00Z',
    detail,
    ...more,
  });

  test('OrderSubmitted hands its detail in, with the time of the event (R-EB-6)', async () => {
    const { handler, ledger } = system();
    expect(await handler(event({ ...ORDER, amount: 100.1 }))).toMatchObject({ transactionId: ID, isNew: true });
    expect((await ledger.get(ID, 'ORDER'))?.createdAt).toBe('2026-01-31T11:00:00Z');
    const before = ledger.text;
    expect(await handler(event(ORDER, { time: '2026-01-31T11:05:00Z', id: 'other' }))).toMatchObject({ isNew: false });
    expect(ledger.text).toBe(before);
  });

  test('an event without a time takes the time it came', async () => {
    const { handler, ledger } = system();
    await handler(event(ORDER, { time: undefined }));
    expect((await ledger.get(ID, 'ORDER'))?.createdAt).toBe('2026-01-31T12:00:00.000Z');
  });

  test.each([
    [{ ...ORDER, amount: 12345678901234.55 }, 'OrderInvalid'],
    [undefined, 'OrderInvalid'],
  ])('%j is put on record as refused and fails, so that it reaches the failure queue', async (detail, name) => {
    const { handler, ledger } = system();
    await expect(handler(event(detail))).rejects.toMatchObject({ name });
    await expect(handler(event(detail))).rejects.toMatchObject({ name });
    expect(ledger.types).toEqual([expect.stringMatching(/^REFUSAL#/)]);
  });

  test('what may succeed later fails without a record, so that Lambda tries again', async () => {
    const { handler, ledger, payments } = system();
    payments.unavailable = 1;
    await expect(handler(event(ORDER))).rejects.toMatchObject({ name: 'PaymentUnavailable' });
    expect(ledger.types).toEqual(['ORDER']);
  });

  test('another event is refused', async () => {
    await expect(system().handler({ 'detail-type': 'Other', detail: {} })).rejects.toMatchObject({
      name: 'RequestInvalid',
      message: 'detail-type is not OrderSubmitted',
    });
  });
});

describe('tasks', () => {
  test('take their order directly', async () => {
    const { handler, ledger } = system();
    const createdAt = '2026-01-31T10:00:00Z';
    for (const action of ['validate', 'pay', 'fulfil']) {
      expect(await handler({ action, order: ORDER, createdAt })).toEqual({
        transactionId: ID,
        order: { ...ORDER, amount: '100.1' },
        createdAt,
      });
    }
    expect(ledger.types).toEqual(['FULFILMENT', 'ORDER', 'PAYMENT']);
  });

  test('take the state of an execution, and its start as the time of an order that has none', async () => {
    const { handler } = system();
    const startedAt = '2026-01-31T09:00:00Z';
    expect(await handler({ action: 'validate', input: { order: ORDER }, startedAt })).toMatchObject({
      createdAt: startedAt,
    });
    await expect(handler({ action: 'validate', input: {} })).rejects.toMatchObject({
      name: 'OrderInvalid',
      message: 'order: is missing',
    });
  });

  test('record a failure, even one without a reason', async () => {
    const { handler, ledger } = system();
    const failure = { Error: 'PaymentDeclined', Cause: 'no' };
    expect(await handler({ action: 'recordFailure', order: ORDER, failure })).toEqual({
      transactionId: ID,
      error: 'PaymentDeclined',
    });
    expect(await handler({ action: 'recordFailure', order: { orderId: 'b' } })).toMatchObject({ error: 'Unknown' });
    expect(ledger.types).toEqual(['FAILURE', 'FAILURE']);
  });

  test.each([undefined, null, 'text', [], {}, { action: 'process' }, { action: 'toString' }, { httpMethod: 'GET' }])(
    '%j is no task, and the error says which there are',
    async (event) => {
      await expect(system().handler(event)).rejects.toMatchObject({
        name: 'RequestInvalid',
        message: 'action is none of validate, pay, fulfil, recordFailure',
      });
    },
  );

  test('leave one line in the log', async () => {
    const { handler, log } = system();
    await handler({ action: 'validate', order: ORDER });
    await handler({ action: 'fulfil', order: ORDER }).catch(() => undefined);
    expect(log.lines).toEqual([
      `INFO done {"kind":"task validate","transactionId":"${ID}"}`,
      'ERROR failed {"kind":"task fulfil","error":"OrderNotPaid","reason":"the order has no payment on record in this region"}',
    ]);
  });
});
