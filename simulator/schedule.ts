/**
 * Whether a schedule such as `rate(5 minutes)` or `cron(0 5 ? * MON-FRI *)` is due in the minute that begins at a time.
 *
 * @param since milliseconds since 1970 from which rates count
 * @param minute milliseconds since 1970, a whole minute
 */
export function isDue(expression: string, since: number, minute: number): boolean {
  const [, amount, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (amount) {
    const period = Number(amount) * MINUTES[unit];
    const elapsed = Math.floor(minute / MINUTE_MS) - Math.floor(since / MINUTE_MS);
    return elapsed > 0 && elapsed % period === 0;
  }
  const fields = /^cron\(([^)]*)\)$/.exec(expression)?.[1].trim().split(/\s+/);
  if (fields?.length !== 6) return false;
  const time = new Date(minute);
  const values = [
    time.getUTCMinutes(),
    time.getUTCHours(),
    time.getUTCDate(),
    time.getUTCMonth() + 1,
    // Sunday is 1.
    time.getUTCDay() + 1,
    time.getUTCFullYear(),
  ];
  return fields.every((field, i) => fits(field, values[i], i));
}

const MINUTE_MS = 60_000;
const MINUTES: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1440 };
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** Lists, ranges and steps; `L`, `W` and `#` are not known. */
function fits(field: string, value: number, position: number): boolean {
  const toNumber = (text: string): number => {
    const names = position === 3 ? MONTHS : DAYS;
    const index = names.indexOf(text.toUpperCase());
    return index >= 0 ? index + 1 : Number(text);
  };
  return field.split(',').some((part) => {
    const [range, step = '1'] = part.split('/');
    if (range === '*' || range === '?') return value % Number(step) === 0 || step === '1';
    const [from, to = part.includes('/') ? '9999' : range] = range.split('-');
    const first = toNumber(from);
    return value >= first && value <= toNumber(to) && (value - first) % Number(step) === 0;
  });
}
