import { HttpResponse, isHttpEvent } from '../http-event';
import { Log } from '../log';
import { TransactionError } from './errors';
import { answer } from './http';
import { isObject } from './order';
import { Failure, Transactions } from './transactions';

/** The event that hands an order in. */
export const ORDER_SUBMITTED = 'OrderSubmitted';

/** What the handler is made of. */
export interface HandlerProps {
  readonly transactions: Transactions;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type Fields = Record<string, unknown>;
type Task = (order: unknown, createdAt: string, state: Fields) => Promise<object>;

/**
 * The one function of the system, which tells its callers apart by the event:
 * - an HTTP request of a load balancer or an API,
 * - an EventBridge event `OrderSubmitted`, whose detail is the order,
 * - a task `{action, order, createdAt?, failure?}` of a workflow, or `{action, input: {order, ...}, startedAt}`: the
 *   state machine passes its whole state as `input`, so that a missing order is a refused order.
 *
 * @throws TransactionError for tasks and events; HTTP requests are always answered
 */
export function createHandler({ transactions, log, now }: HandlerProps): (event: unknown) => Promise<object> {
  const tasks: Record<string, Task> = {
    validate: (order, createdAt) => transactions.validate(order, createdAt),
    pay: (order, createdAt) => transactions.pay(order, createdAt),
    fulfil: (order, createdAt) => transactions.fulfil(order, createdAt),
    recordFailure: (order, createdAt, { failure }) =>
      transactions.recordFailure(order, isObject(failure) ? (failure as Failure) : {}, createdAt),
  };

  const runTask = async (event: Fields): Promise<object> => {
    const task = Object.hasOwn(tasks, String(event.action)) ? tasks[String(event.action)] : undefined;
    if (!task) throw new TransactionError('RequestInvalid', `action is none of ${Object.keys(tasks).join(', ')}`);
    const state = isObject(event.input) ? event.input : event;
    return task(state.order, textOf(state.createdAt) ?? textOf(event.startedAt) ?? nowText(now), state);
  };

  const takeEvent = async ({ 'detail-type': type, detail, time }: Fields): Promise<object> => {
    if (type !== ORDER_SUBMITTED) throw new TransactionError('RequestInvalid', `detail-type is not ${ORDER_SUBMITTED}`);
    const receivedAt = textOf(time) ?? nowText(now);
    try {
      return await transactions.submit(detail, receivedAt);
    } catch (error) {
      if (error instanceof TransactionError && ['OrderInvalid', 'OrderConflict'].includes(error.name)) {
        await transactions.recordFailure(detail, { Error: error.name, Cause: error.message }, receivedAt);
      }
      throw error;
    }
  };

  return async (event: unknown): Promise<HttpResponse | object> => {
    if (isHttpEvent(event)) return answer(event, transactions, log, now);
    const fields = isObject(event) ? event : {};
    const kind = 'detail-type' in fields ? String(fields['detail-type']) : `task ${String(fields.action)}`;
    try {
      const result = await ('detail-type' in fields ? takeEvent(fields) : runTask(fields));
      log.info('done', { kind, ...transactionIdIn(result) });
      return result;
    } catch (error) {
      log.error('failed', { kind, error: (error as Error).name, reason: (error as Error).message });
      throw error;
    }
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function nowText(now: () => number): string {
  return new Date(now()).toISOString();
}

function transactionIdIn(result: object): { transactionId?: string } {
  return 'transactionId' in result ? { transactionId: String(result.transactionId) } : {};
}
