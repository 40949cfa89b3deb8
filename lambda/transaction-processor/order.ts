import { createHash } from 'crypto';
import { canonicalDecimal } from './decimal';
import { TransactionError } from './errors';

/** One line of an order. Numbers are decimal text. */
export interface OrderItem {
  readonly sku: string;
  readonly quantity: string;
  readonly price?: string;
}

/** An order that was checked. Numbers are canonical decimal text; keys are always in this order. */
export interface Order {
  readonly orderId: string;
  readonly customerId: string;
  readonly amount: string;
  readonly currency: string;
  /** When the customer placed it, if the caller says so. */
  readonly createdAt?: string;
  readonly items?: readonly OrderItem[];
}

/** Lines an order may have: with it, an order stays far below every limit of the services it passes. */
export const MAX_ITEMS = 100;

type Check = (value: unknown) => string | undefined;

const matching =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? value : undefined;

const identifier = matching(/^[\x21-\x7e]{1,128}$/);
const identifierWay = 'give 1 to 128 printable ASCII characters without spaces';
const decimalWay =
  'as a plain decimal of at most 38 digits, and as a string where JSON numbers are read as floats, such as "100.10"';

const instant: Check = (value) => {
  const text = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/)(value);
  return text !== undefined && !Number.isNaN(Date.parse(text)) ? text : undefined;
};
const amount: Check = (value) => {
  const decimal = canonicalDecimal(value);
  return decimal === '0' ? undefined : decimal;
};
const quantity: Check = (value) => {
  const decimal = canonicalDecimal(value);
  return decimal !== undefined && /^[1-9]\d{0,5}$/.test(decimal) ? decimal : undefined;
};

interface Field {
  readonly name: string;
  readonly isRequired: boolean;
  readonly check: Check;
  readonly wayOut: string;
}

const field = (name: string, isRequired: boolean, check: Check, wayOut: string): Field => ({
  name,
  isRequired,
  check,
  wayOut,
});

const ORDER_FIELDS: readonly Field[] = [
  field('orderId', true, identifier, identifierWay),
  field('customerId', true, identifier, identifierWay),
  field('amount', true, amount, `give a positive amount ${decimalWay}`),
  field('currency', true, matching(/^[A-Z]{3}$/), 'give three capital letters such as "USD"'),
  field('createdAt', false, instant, 'give a time in UTC such as "2026-01-31T12:00:00Z"'),
];

const ITEM_FIELDS: readonly Field[] = [
  field('sku', true, identifier, identifierWay),
  field('quantity', true, quantity, 'give a whole number from 1 to 999999'),
  field('price', false, canonicalDecimal, `give a price ${decimalWay}`),
];

/**
 * Checks an order and brings it into its one canonical form.
 *
 * @throws TransactionError `OrderInvalid` with every problem; problems name fields and never repeat their content
 */
export function parseOrder(value: unknown): Order {
  const problems: string[] = [];
  const order = parseFields(value, 'order', ORDER_FIELDS, ['items'], problems);
  const lines = isObject(value) ? value.items : undefined;
  let items: Record<string, string>[] | undefined;
  if (Array.isArray(lines) && lines.length <= MAX_ITEMS) {
    items = lines.map((line, index) => parseFields(line, `items[${index}]`, ITEM_FIELDS, [], problems));
  } else if (lines !== undefined && lines !== null) {
    problems.push(`items: give a list of at most ${MAX_ITEMS} items`);
  }
  if (problems.length > 0) throw new TransactionError('OrderInvalid', problems.join('; '), problems);
  return { ...order, ...(items && { items }) } as unknown as Order;
}

/** The id of an order's transaction: the same on every retry and in both regions. */
export function transactionIdOf(orderId: string): string {
  return `txn-${sha256(orderId).slice(0, 32)}`;
}

/** Fingerprint of what an order says. */
export function contentHashOf(order: Order): string {
  return sha256(JSON.stringify(order));
}

/** SHA-256 of a text in hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** True for objects that are not lists. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseFields(
  value: unknown,
  path: string,
  fields: readonly Field[],
  others: readonly string[],
  problems: string[],
): Record<string, string> {
  if (!isObject(value)) {
    problems.push(`${path}: ${value === undefined || value === null ? 'is missing' : 'give an object'}`);
    return {};
  }
  const prefix = path === 'order' ? '' : `${path}.`;
  const parsed: Record<string, string> = {};
  for (const { name, isRequired, check, wayOut } of fields) {
    const given = value[name] ?? undefined;
    const result = check(given);
    if (result !== undefined) parsed[name] = result;
    else if (given !== undefined) problems.push(`${prefix}${name}: ${wayOut}`);
    else if (isRequired) problems.push(`${prefix}${name}: is missing; ${wayOut}`);
  }
  const known = [...fields.map(({ name }) => name), ...others];
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) problems.push(`${path}: has fields that are not known; use only ${known.join(', ')}`);
  return parsed;
}
