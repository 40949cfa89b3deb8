import { TransactionError } from './errors';
import { contentHashOf, isObject, Order, parseOrder, sha256, transactionIdOf } from './order';
import { Ports, TransactionRecord } from './ports';

/** An order that is on record. */
export interface AcceptedOrder {
  readonly transactionId: string;
  readonly order: Order;
  /** The time on the first record; a replay keeps it. */
  readonly createdAt: string;
}

/** What became of an order that was handed in. */
export interface Submission {
  readonly transactionId: string;
  /** `accepted` when the workflow goes on with it, else `fulfilled`. */
  readonly status: 'accepted' | 'fulfilled';
  /** False when the same order was on record before. */
  readonly isNew: boolean;
}

/** An error as Step Functions hands it to a catcher. */
export interface Failure {
  readonly Error?: string;
  readonly Cause?: string;
}

/** Where a transaction stands. */
export interface TransactionStatus {
  readonly transactionId: string;
  readonly status: string;
  readonly records: readonly TransactionRecord[];
}

/** Errors of an order nothing was recorded for: they must not mark the order that was recorded under the same id. */
const REFUSALS = ['OrderInvalid', 'OrderConflict'];

const MAX_CAUSE_LENGTH = 1024;

/**
 * The life of an order: on record, paid, fulfilled. Every step may be repeated, in either region: its records are
 * written once, carry no time, region or number of their own, and so have the same bytes wherever they are written
 * (rules R-EB-6, R-DDB-10). A conditional write sees its own region only; two regions that write the same bytes at the
 * same time still agree.
 */
export class Transactions {
  constructor(private readonly ports: Ports) {}

  /**
   * Puts an order on record, then starts its workflow, or pays and fulfils it at once where there is no workflow.
   *
   * @param receivedAt time of the request or event, for orders without `createdAt`
   * @throws TransactionError
   */
  public async submit(value: unknown, receivedAt: string): Promise<Submission> {
    const { isNew, ...accepted } = await this.accept(value, receivedAt);
    const { transactionId, order, createdAt } = accepted;
    const { workflow } = this.ports;
    if (workflow) {
      await workflow.start(transactionId, JSON.stringify({ order, createdAt }));
      return { transactionId, status: 'accepted', isNew };
    }
    try {
      await this.pay(order, createdAt);
      await this.fulfil(order, createdAt);
      return { transactionId, status: 'fulfilled', isNew };
    } catch (error) {
      if (error instanceof TransactionError && !error.isTransient) {
        await this.recordFailure(order, { Error: error.name, Cause: error.message }, createdAt);
      }
      throw error;
    }
  }

  /** Checks an order and puts it on record. @throws TransactionError `OrderInvalid`, `OrderConflict` */
  public async validate(value: unknown, receivedAt: string): Promise<AcceptedOrder> {
    const { transactionId, order, createdAt } = await this.accept(value, receivedAt);
    return { transactionId, order, createdAt };
  }

  /** Takes the money once. @throws TransactionError `PaymentDeclined`, `PaymentUnavailable` */
  public async pay(value: unknown, createdAt: string): Promise<AcceptedOrder> {
    const order = parseOrder(value);
    const transactionId = transactionIdOf(order.orderId);
    if (!(await this.ports.ledger.get(transactionId, 'PAYMENT'))) {
      const { orderId, amount, currency } = order;
      const authorizationId = await this.ports.payments.authorize({ idempotencyKey: transactionId, amount, currency });
      await this.ports.ledger.putOnce({
        transactionId,
        recordType: 'PAYMENT',
        orderId,
        amount,
        currency,
        idempotencyKey: transactionId,
        authorizationId,
        createdAt,
      });
    }
    return { transactionId, order, createdAt };
  }

  /** Writes the object of a paid order, then the record that says so. @throws TransactionError `OrderNotPaid` */
  public async fulfil(value: unknown, createdAt: string): Promise<AcceptedOrder> {
    const order = parseOrder(value);
    const transactionId = transactionIdOf(order.orderId);
    const { ledger, archive } = this.ports;
    if (!(await ledger.get(transactionId, 'FULFILMENT'))) {
      if (!(await ledger.get(transactionId, 'PAYMENT'))) {
        throw new TransactionError('OrderNotPaid', 'the order has no payment on record in this region');
      }
      const objectKey = `transactions/${transactionId}.json`;
      await archive.putOnce(objectKey, JSON.stringify({ transactionId, order }));
      await ledger.putOnce({
        transactionId,
        recordType: 'FULFILMENT',
        orderId: order.orderId,
        objectKey,
        contentHash: contentHashOf(order),
        createdAt,
      });
    }
    return { transactionId, order, createdAt };
  }

  /** Puts on record why an order went no further. */
  public async recordFailure(
    value: unknown,
    failure: Failure,
    createdAt?: string,
  ): Promise<{ transactionId: string; error: string }> {
    const error = failure.Error ?? 'Unknown';
    const orderId = isObject(value) && typeof value.orderId === 'string' ? value.orderId : undefined;
    const content = JSON.stringify(value ?? null);
    const transactionId = transactionIdOf(orderId ?? content);
    await this.ports.ledger.putOnce({
      transactionId,
      recordType: REFUSALS.includes(error) ? `REFUSAL#${sha256(content).slice(0, 16)}` : 'FAILURE',
      orderId: orderId?.slice(0, 128),
      error,
      cause: causeText(failure.Cause),
      createdAt,
    });
    return { transactionId, error };
  }

  /** Everything on record of a transaction. @throws TransactionError `NotFound` */
  public async read(transactionId: string): Promise<TransactionStatus> {
    const records = await this.ports.ledger.list(transactionId);
    if (records.length === 0) throw new TransactionError('NotFound', 'there is no such transaction in this region');
    return { transactionId, status: statusOf(records.map(({ recordType }) => recordType)), records };
  }

  /** The newest orders of a customer. */
  public async ordersOf(customerId: string): Promise<readonly TransactionRecord[]> {
    return this.ports.ledger.listOrdersOf(customerId);
  }

  private async accept(value: unknown, receivedAt: string): Promise<AcceptedOrder & { isNew: boolean }> {
    const order = parseOrder(value);
    const transactionId = transactionIdOf(order.orderId);
    const contentHash = contentHashOf(order);
    const createdAt = order.createdAt ?? receivedAt;
    const before = await this.ports.ledger.putOnce({
      transactionId,
      recordType: 'ORDER',
      ...order,
      createdAt,
      contentHash,
    });
    if (before && before.contentHash !== contentHash) {
      throw new TransactionError('OrderConflict', 'this orderId is on record with other content; use another orderId');
    }
    return {
      transactionId,
      order,
      createdAt: before ? String(before.createdAt) : createdAt,
      isNew: before === undefined,
    };
  }
}

/** A fulfilled order stays fulfilled, even if another execution of it failed before. */
function statusOf(types: readonly string[]): string {
  if (types.includes('FULFILMENT')) return 'fulfilled';
  if (types.includes('FAILURE')) return 'failed';
  if (types.includes('PAYMENT')) return 'paid';
  return types.includes('ORDER') ? 'accepted' : 'refused';
}

/** The message of a cause. Lambda's causes are JSON with a stack trace, which is for the log and not for the record. */
function causeText(cause = ''): string {
  let text = cause;
  try {
    const parsed: unknown = JSON.parse(cause);
    if (isObject(parsed) && typeof parsed.errorMessage === 'string') text = parsed.errorMessage;
  } catch {
    // A cause of Step Functions itself is plain text.
  }
  return text.slice(0, MAX_CAUSE_LENGTH);
}
