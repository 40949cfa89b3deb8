import { OrderItem } from './order';

/** A record of a transaction. Numbers are exact decimal text; the table keeps them as numbers. */
export interface TransactionRecord {
  readonly transactionId: string;
  /** ORDER, PAYMENT, FULFILMENT, FAILURE or REFUSAL#... */
  readonly recordType: string;
  readonly [attribute: string]: string | readonly OrderItem[] | undefined;
}

/** The durable records, in the table of this region. */
export interface Ledger {
  /** Puts a record unless its key is taken. Returns the record that was there before, if any. */
  putOnce(record: TransactionRecord): Promise<TransactionRecord | undefined>;
  get(transactionId: string, recordType: string): Promise<TransactionRecord | undefined>;
  /** Every record of a transaction, in the order of their types. */
  list(transactionId: string): Promise<readonly TransactionRecord[]>;
  /** The newest orders of a customer. */
  listOrdersOf(customerId: string): Promise<readonly TransactionRecord[]>;
}

/** The archive of fulfilled orders, in the bucket of this region. */
export interface Archive {
  /** Writes an object unless it is there. */
  putOnce(key: string, body: string): Promise<void>;
}

/** The state machine of this region. */
export interface Workflow {
  /** Starts an execution of that name unless there was one. */
  start(name: string, input: string): Promise<void>;
}

/** What a payment provider is asked. */
export interface PaymentRequest {
  /** The provider charges at most once per key, in whichever region it is asked. */
  readonly idempotencyKey: string;
  readonly amount: string;
  readonly currency: string;
}

/** Whoever takes the customer's money. */
export interface Payments {
  /**
   * @returns the id of the authorization
   * @throws TransactionError `PaymentDeclined` (final) or `PaymentUnavailable` (try again)
   */
  authorize(request: PaymentRequest): Promise<string>;
}

/** Everything the transactions need of the world. */
export interface Ports {
  readonly ledger: Ledger;
  readonly archive: Archive;
  readonly payments: Payments;
  /** Absent: orders are processed within the request. */
  readonly workflow?: Workflow;
}
