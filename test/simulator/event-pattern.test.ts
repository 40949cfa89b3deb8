import { matches } from '../../simulator/event-pattern';

const EVENT = {
  source: 'orders',
  'detail-type': 'OrderPlaced',
  detail: {
    amount: 120,
    state: 'Open',
    tags: ['new', 'large'],
    address: '10.0.1.7',
    customer: { name: 'Ann' },
    note: null,
  },
};

test.each<[string, object, boolean]>([
  ['a value', { source: ['orders'] }, true],
  ['one of several values', { source: ['x', 'orders'] }, true],
  ['another value', { source: ['x'] }, false],
  ['a field inside', { detail: { customer: { name: ['Ann'] } } }, true],
  ['a field that is missing', { detail: { customer: { age: [1] } } }, false],
  ['one of a list', { detail: { tags: ['large'] } }, true],
  ['null', { detail: { note: [null] } }, true],
  ['exists', { detail: { amount: [{ exists: true }], none: [{ exists: false }] } }, true],
  ['exists not', { detail: { amount: [{ exists: false }] } }, false],
  ['prefix', { source: [{ prefix: 'ord' }] }, true],
  ['prefix in any case', { detail: { state: [{ prefix: { 'equals-ignore-case': 'OP' } }] } }, true],
  ['suffix', { 'detail-type': [{ suffix: 'Placed' }] }, true],
  ['suffix in any case', { detail: { state: [{ suffix: { 'equals-ignore-case': 'EN' } }] } }, true],
  ['equal in any case', { detail: { state: [{ 'equals-ignore-case': 'oPEN' }] } }, true],
  ['wildcard', { 'detail-type': [{ wildcard: 'O*r*ed' }] }, true],
  ['wildcard that fits not', { 'detail-type': [{ wildcard: 'x*' }] }, false],
  ['numbers', { detail: { amount: [{ numeric: ['>', 100, '<=', 120] }] } }, true],
  ['numbers outside', { detail: { amount: [{ numeric: ['>', 120] }] } }, false],
  ['numbers of text', { source: [{ numeric: ['=', 1] }] }, false],
  ['anything but', { source: [{ 'anything-but': ['x', 'y'] }] }, true],
  ['anything but it', { source: [{ 'anything-but': 'orders' }] }, false],
  ['anything but a prefix', { source: [{ 'anything-but': { prefix: 'ord' } }] }, false],
  ['anything but prefixes', { source: [{ 'anything-but': { prefix: ['x', 'y'] } }] }, true],
  ['a block of addresses', { detail: { address: [{ cidr: '10.0.0.0/16' }] } }, true],
  ['another block', { detail: { address: [{ cidr: '10.1.0.0/16' }] } }, false],
  ['alternatives', { $or: [{ source: ['x'] }, { detail: { amount: [120] } }] }, true],
  ['no alternative', { $or: [{ source: ['x'] }, { source: ['y'] }] }, false],
  ['an operator that there is not', { source: [{ like: 'orders' }] }, false],
])('%s', (_name, pattern, expected) => {
  expect(matches(pattern, EVENT)).toBe(expected);
});
