import { isDue } from '../../simulator/schedule';

const at = (time: string): number => Date.parse(`2026-03-04T${time}:00Z`);

test.each<[string, string, boolean]>([
  ['rate(1 minute)', '10:01', true],
  ['rate(5 minutes)', '10:04', false],
  ['rate(5 minutes)', '10:05', true],
  ['rate(1 hour)', '11:00', true],
  ['rate(1 day)', '11:00', false],
  ['rate(1 minute)', '10:00', false],
  ['cron(0 5 ? * * *)', '05:00', true],
  ['cron(0 5 ? * * *)', '05:01', false],
  ['cron(0/15 * * * ? *)', '10:45', true],
  ['cron(0/15 * * * ? *)', '10:50', false],
  ['cron(*/10 * * * ? *)', '10:20', true],
  ['cron(0 12 ? * MON-FRI *)', '12:00', true],
  ['cron(0 12 ? * SUN *)', '12:00', false],
  ['cron(0 12 4 MAR,APR ? 2026)', '12:00', true],
  ['cron(0 12 4 MAR ? 2027)', '12:00', false],
  ['at(2026-03-04T10:00:00)', '10:00', false],
  ['cron(0 12)', '12:00', false],
])('%s at %s', (expression, time, expected) => {
  // 4 March 2026 is a Wednesday.
  expect(isDue(expression, at('10:00'), at(time))).toBe(expected);
});
