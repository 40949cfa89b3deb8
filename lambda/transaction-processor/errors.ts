/** The names of what can go wrong, as Step Functions sees them in `ErrorEquals`, and their HTTP status. */
const STATUS_OF = {
  /** The order cannot be accepted as it is. Final. */
  OrderInvalid: 400,
  /** The request is not one this function understands. Final. */
  RequestInvalid: 400,
  /** The payment was refused. Final. */
  PaymentDeclined: 402,
  NotFound: 404,
  MethodNotAllowed: 405,
  /** The same `orderId` came before with other content. Final. */
  OrderConflict: 409,
  /** A step came before the one it builds on. Final. */
  OrderNotPaid: 409,
  RequestTooLarge: 413,
  /** The payment could not be decided. Try again. */
  PaymentUnavailable: 503,
  /** An AWS service did not answer, or was too busy. Try again. */
  ServiceUnavailable: 503,
} as const;

/** The name of an error of this function. */
export type ErrorName = keyof typeof STATUS_OF;

/** An error with a name that workflows and callers can tell apart. Its message carries no content of the order. */
export class TransactionError extends Error {
  public readonly statusCode: number;
  /** True when the same call may succeed later. */
  public readonly isTransient: boolean;

  /** @param problems what is wrong, one by one, when there can be several */
  constructor(
    public override readonly name: ErrorName,
    message: string,
    public readonly problems: readonly string[] = [],
  ) {
    super(message);
    this.statusCode = STATUS_OF[name];
    this.isTransient = this.statusCode === 503;
  }
}
