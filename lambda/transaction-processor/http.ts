import { HttpEvent, HttpResponse, jsonResponse } from '../http-event';
import { Log } from '../log';
import { parseExactJson } from './decimal';
import { TransactionError } from './errors';
import { isObject } from './order';
import { Transactions } from './transactions';

/** The largest body that is read, in bytes: far above an order of the most items, far below Lambda's limit. */
export const MAX_BODY_BYTES = 64 * 1024;

/**
 * Answers `POST /transactions`, `GET /transactions/{transactionId}` and `GET /transactions?customerId=...`. Every
 * answer is JSON; an error is `{error, message, problems?}`.
 */
export async function answer(
  event: HttpEvent,
  transactions: Transactions,
  log: Log,
  now: () => number,
): Promise<HttpResponse> {
  try {
    return await route(event, transactions, now);
  } catch (error) {
    if (error instanceof TransactionError) {
      const { name, message, problems, statusCode, isTransient } = error;
      log.warn('request refused', { error: name, statusCode });
      return jsonResponse(
        statusCode,
        { error: name, message, ...(problems.length > 0 && { problems }) },
        isTransient ? { 'retry-after': '1' } : {},
      );
    }
    log.error('request failed', { error: (error as Error).name, reason: (error as Error).message });
    return jsonResponse(500, { error: 'InternalError', message: 'the request failed; its log says why' });
  }
}

async function route(event: HttpEvent, transactions: Transactions, now: () => number): Promise<HttpResponse> {
  // The load balancer asks whether the function runs; whether its region works is asked of the health function.
  if (event.path === '/health') return jsonResponse(200, { status: 'healthy' });
  const [, id, isRoute] = /^\/transactions(?:\/([^/]+))?(\/?)$/.exec(event.path) ?? [];
  if (isRoute === undefined) throw new TransactionError('NotFound', 'there is only /transactions here');
  const resource = `${event.httpMethod} ${id === undefined ? 'collection' : 'item'}`;
  if (resource === 'POST collection') return submit(event, transactions, now);
  if (resource === 'GET item') return jsonResponse(200, await transactions.read(decoded(id)));
  if (resource === 'GET collection') {
    const customerId = event.queryStringParameters?.customerId;
    if (!customerId) throw new TransactionError('RequestInvalid', 'name the customer: /transactions?customerId=...');
    return jsonResponse(200, { transactions: await transactions.ordersOf(decoded(customerId)) });
  }
  throw new TransactionError('MethodNotAllowed', 'use POST /transactions or GET /transactions/{transactionId}');
}

async function submit(event: HttpEvent, transactions: Transactions, now: () => number): Promise<HttpResponse> {
  const order = parseBody(event);
  if (!isObject(order)) throw new TransactionError('RequestInvalid', 'send one order as a JSON object');
  const receivedAt = new Date(event.requestContext?.requestTimeEpoch ?? now()).toISOString();
  const { isNew, ...submission } = await transactions.submit(order, receivedAt);
  const created = isNew ? 201 : 200;
  return jsonResponse(submission.status === 'accepted' ? 202 : created, submission, {
    location: `/transactions/${submission.transactionId}`,
  });
}

function parseBody(event: HttpEvent): unknown {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_BODY_BYTES) {
    throw new TransactionError('RequestTooLarge', `send at most ${MAX_BODY_BYTES} bytes`);
  }
  try {
    return parseExactJson(bytes.toString('utf8'));
  } catch {
    throw new TransactionError('RequestInvalid', 'send a body that is JSON');
  }
}

/** A load balancer hands paths and queries over as they were sent. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TransactionError('RequestInvalid', 'the address holds an escape that is not UTF-8');
  }
}
