import { createSocket, Socket } from 'dgram';
import { Dns, DnsRecord } from './dns';

const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
};
const CODES = { NOERROR: 0, NXDOMAIN: 3, REFUSED: 5 };
const SERVER_FAILURE = 2;

/** Answers DNS questions over UDP, for `dig` and for resolvers (RFC 1035). */
export class NameServer {
  private readonly socket: Socket = createSocket('udp4');

  constructor(private readonly dns: Dns) {}

  /** @returns the port that it listens on, on the loopback interface */
  public start(port: number): Promise<number> {
    this.socket.on('message', (message, from) => {
      this.answer(message)
        .then((answer) => answer && this.socket.send(answer, from.port, from.address))
        .catch(() => undefined);
    });
    return new Promise((resolve, reject) => {
      this.socket.once('error', reject);
      this.socket.bind(port, '127.0.0.1', () => resolve(this.socket.address().port));
    });
  }

  public stop(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }

  /** The answer to a message; undefined for what is no question. */
  private async answer(message: Buffer): Promise<Buffer | undefined> {
    const question = readQuestion(message);
    if (!question) return undefined;
    const { id, name, type, bytes } = question;
    try {
      const { code, records } = await this.dns.resolve(name, type);
      return write(id, CODES[code], bytes, records);
    } catch {
      return write(id, SERVER_FAILURE, bytes, []);
    }
  }
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

function readQuestion(message: Buffer): Question | undefined {
  const isQuery = message.length > 12 && (message[2] & 0x80) === 0 && message.readUInt16BE(4) === 1;
  if (!isQuery) return undefined;
  const labels: string[] = [];
  let at = 12;
  while (message[at] > 0 && message[at] < 64 && at + message[at] < message.length) {
    labels.push(message.toString('latin1', at + 1, at + 1 + message[at]));
    at += message[at] + 1;
  }
  if (message[at] !== 0 || at + 5 > message.length) return undefined;
  return {
    id: message.readUInt16BE(0),
    name: labels.join('.'),
    type: TYPES[message.readUInt16BE(at + 1)] ?? 'ANY',
    bytes: message.subarray(12, at + 5),
  };
}

function write(id: number, code: number, question: Buffer, records: readonly DnsRecord[]): Buffer {
  const known = records.flatMap((record) => {
    const data = dataOf(record);
    return data ? [{ record, data }] : [];
  });
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  // A response, authoritative.
  header.writeUInt16BE(0x8400 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(known.length, 6);
  return Buffer.concat([
    header,
    question,
    ...known.flatMap(({ record, data }) => {
      const fixed = Buffer.alloc(10);
      fixed.writeUInt16BE(typeNumber(record.type), 0);
      fixed.writeUInt16BE(1, 2);
      fixed.writeUInt32BE(record.ttl, 4);
      fixed.writeUInt16BE(data.length, 8);
      return [toLabels(record.name), fixed, data];
    }),
  ]);
}

function dataOf({ type, value }: DnsRecord): Buffer | undefined {
  if (type === 'A') return Buffer.from(value.split('.').map(Number));
  if (type === 'CNAME' || type === 'NS') return toLabels(value);
  if (type === 'TXT') {
    const text = Buffer.from(value.replace(/^"|"$/g, ''));
    return Buffer.concat([Buffer.from([text.length]), text]);
  }
  return undefined;
}

function typeNumber(type: string): number {
  return Number(Object.entries(TYPES).find(([, name]) => name === type)?.[0]);
}

function toLabels(name: string): Buffer {
  const labels = name.replace(/\.$/, '').split('.').filter(Boolean);
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]),
    Buffer.from([0]),
  ]);
}
