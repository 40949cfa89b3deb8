import { Log } from '../../../lambda/log';
import { TransactionError } from '../../../lambda/transaction-processor/errors';
import {
  Archive,
  Ledger,
  PaymentRequest,
  Payments,
  TransactionRecord,
} from '../../../lambda/transaction-processor/ports';

/** A ledger in memory that counts what it wrote. */
export class MemoryLedger implements Ledger {
  public readonly records = new Map<string, TransactionRecord>();

  public async putOnce(record: TransactionRecord): Promise<TransactionRecord | undefined> {
    const key = `${record.transactionId}/${record.recordType}`;
    const before = this.records.get(key);
    if (!before) this.records.set(key, record);
    return before;
  }

  public async get(transactionId: string, recordType: string): Promise<TransactionRecord | undefined> {
    return this.records.get(`${transactionId}/${recordType}`);
  }

  public async list(transactionId: string): Promise<readonly TransactionRecord[]> {
    return [...this.records.values()].filter((record) => record.transactionId === transactionId);
  }

  public async listOrdersOf(customerId: string): Promise<readonly TransactionRecord[]> {
    return [...this.records.values()].filter((record) => record.customerId === customerId);
  }

  /** Everything it holds, as text: equal texts are equal bytes. */
  public get text(): string {
    return JSON.stringify([...this.records.entries()].sort());
  }

  public get types(): string[] {
    return [...this.records.values()].map(({ recordType }) => recordType).sort();
  }
}

/** An archive in memory. */
export class MemoryArchive implements Archive {
  public readonly objects = new Map<string, string>();

  public async putOnce(key: string, body: string): Promise<void> {
    if (!this.objects.has(key)) this.objects.set(key, body);
  }
}

/** A payment provider that fails as often, and declines, as it is told. */
export class ScriptedPayments implements Payments {
  public readonly requests: PaymentRequest[] = [];
  public unavailable = 0;
  public declines = false;

  public async authorize(request: PaymentRequest): Promise<string> {
    this.requests.push(request);
    if (this.unavailable > 0) {
      this.unavailable -= 1;
      throw new TransactionError('PaymentUnavailable', 'the provider does not answer');
    }
    if (this.declines) throw new TransactionError('PaymentDeclined', 'the provider refused');
    return `auth-${request.idempotencyKey}`;
  }
}

/** A log that keeps its lines. */
export class MemoryLog implements Log {
  public readonly lines: string[] = [];
  public readonly info = this.at('INFO');
  public readonly warn = this.at('WARN');
  public readonly error = this.at('ERROR');

  private at(level: string) {
    return (message: string, fields = {}): void => {
      this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  }
}

/** A moment for tests: the time of all that is not told one. */
export const NOW = Date.parse('2026-01-31T12:00:00.000Z');

export const ORDER = { orderId: 'order-1', customerId: 'customer-1', amount: '100.10', currency: 'USD' };
