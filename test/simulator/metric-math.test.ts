import { evaluate, Series } from '../../simulator/metric-math';

describe('metric math', () => {
  const none = undefined;
  const math = {
    metrics: new Map<string, Series>([
      ['m1', [1, 2, none, 4]],
      ['m2', [10, none, none, 0]],
      ['errors', [none, none, none, none]],
    ]),
    expressions: new Map([
      ['rate', '100 * m1 / m2'],
      ['itself', 'itself + 1'],
    ]),
    periodSeconds: 60,
    periods: 4,
  };

  test.each<[string, Series]>([
    ['m1', [1, 2, none, 4]],
    ['7', [7, 7, 7, 7]],
    ['1 + 2 * 3 - 8 / 4', [5, 5, 5, 5]],
    ['(1 + 2) * 3', [9, 9, 9, 9]],
    ['-2 ^ 2 + 1e1', [6, 6, 6, 6]],
    ['m1 + m2', [11, none, none, 4]],
    ['m1/m2', [0.1, none, none, none]],
    ['rate', [10, none, none, none]],
    ['1 / 0', []],
    ['SUM(METRICS())', [11, 2, none, 4]],
    ['SUM([m1, m2, 1])', [12, 3, 1, 5]],
    ['MAX(METRICS("m"))', [10, 2, none, 4]],
    ["MIN(METRICS('m'))", [1, 2, none, 0]],
    ['AVG([m1,m2])', [5.5, 2, none, 2]],
    ['sum(m1)', [7, 7, 7, 7]],
    ['m1 / SUM(m1) * 70', [10, 20, none, 40]],
    ['SUM(errors)', [none, none, none, none]],
    ['FILL(m2, 5)', [10, 5, 5, 0]],
    ['FILL(errors, 0)', [0, 0, 0, 0]],
    ['FILL(m2, m1)', [10, 2, none, 0]],
    ['FILL(m2, REPEAT)', [10, 10, 10, 0]],
    ['FILL(m1, LINEAR)', [1, 2, 3, 4]],
    ['FILL(errors, LINEAR)', [none, none, none, none]],
    ['SUM(FILL(METRICS("m"), 0))', [11, 2, 0, 4]],
    ['FILL([m1], 0)', [1, 2, 0, 4]],
    ['IF(m1 > 1, m1, 0)', [0, 2, none, 4]],
    ['IF(m1 >= 2, 1)', [none, 1, none, 1]],
    ['IF(FILL(m2, 0) == 0, 0, m1 / m2)', [0.1, 0, 0, 0]],
    ['m1 <= 2 AND m1 != 1', [0, 1, none, 0]],
    ['m1 < 2 || m1 == 4', [1, 0, none, 1]],
    ['m1 < 2 or m1 > 3', [1, 0, none, 1]],
    ['m1 > 0 && m1 < 4', [1, 1, none, 0]],
    ['SUM([METRICS("m") * 2])', [22, 4, none, 8]],
    ['SUM(2 - METRICS("m"))', [-7, 0, none, 0]],
    ['ABS(-m1)', [1, 2, none, 4]],
    ['CEIL(m1 / 3)', [1, 1, none, 2]],
    ['FLOOR(m1 / 3)', [0, 0, none, 1]],
    ['m1 / PERIOD(m1) * 60', [1, 2, none, 4]],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression, math)).toEqual(expected);
  });

  test.each([
    'SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName)',
    `SEARCH('{AWS/Lambda} MetricName="Errors"', 'Sum', 60)`,
    'ANOMALY_DETECTION_BAND(m1, 2)',
    'METRICS()',
    'unknown + 1',
    'm1 +',
    'm1 m2',
    'SUM(m1',
    'FILL(m1)',
    'ABS()',
    'IF(m1)',
    'itself',
    'm1 ? 1 : 2',
    '',
  ])('is not evaluated: %s', (expression) => {
    expect(evaluate(expression, math)).toBeUndefined();
  });
});
