import { Log } from '../log';
import { canonicalDecimal, isGreater } from './decimal';
import { TransactionError } from './errors';
import { sha256 } from './order';
import { PaymentRequest, Payments } from './ports';

/** How long a limit that was read is used before it is read again, in milliseconds. */
export const LIMIT_LIFETIME_MS = 60_000;

/** What the limit is made of. */
export interface LimitPaymentsProps {
  /** Reads the limit, in units of the order's currency; undefined where none is set. */
  readonly readLimit: () => Promise<string | undefined>;
  /** The limit where none is set. */
  readonly defaultLimit: string;
  readonly log: Log;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
}

/**
 * The payment provider of a system that has none yet: it authorizes every amount up to a limit. A limit that was read
 * once keeps working while it cannot be read again.
 */
export class LimitPayments implements Payments {
  private limit?: string;
  private readAt = 0;

  constructor(private readonly props: LimitPaymentsProps) {}

  public async authorize({ idempotencyKey, amount }: PaymentRequest): Promise<string> {
    if (isGreater(amount, await this.currentLimit())) {
      throw new TransactionError('PaymentDeclined', 'the amount is above the limit for one payment');
    }
    return `auth-${sha256(idempotencyKey).slice(0, 32)}`;
  }

  private async currentLimit(): Promise<string> {
    const { readLimit, defaultLimit, log, now } = this.props;
    if (this.limit !== undefined && now() - this.readAt < LIMIT_LIFETIME_MS) return this.limit;
    try {
      const limit = canonicalDecimal((await readLimit()) ?? defaultLimit);
      if (limit === undefined) throw new Error('it is not a plain decimal');
      this.limit = limit;
      this.readAt = now();
      return limit;
    } catch (error) {
      const { message } = error as Error;
      log.warn('the payment limit cannot be read', { reason: message, usesLastLimit: this.limit !== undefined });
      if (this.limit !== undefined) return this.limit;
      throw new TransactionError('PaymentUnavailable', `the payment limit cannot be read: ${message}`);
    }
  }
}
