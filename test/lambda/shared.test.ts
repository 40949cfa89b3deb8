import { required } from '../../lambda/environment';
import { isHttpEvent } from '../../lambda/http-event';
import { jsonLog } from '../../lambda/log';

test('a missing variable is named, with every other one that is missing', () => {
  expect(required({ A: '1', B: '2', C: '3' }, 'A', 'B')).toEqual({ A: '1', B: '2' });
  expect(() => required({ A: '1', B: '' }, 'A', 'B', 'C')).toThrow(
    'B, C missing; set them in the environment of the function',
  );
});

describe('jsonLog', () => {
  const lines = (level: string | undefined): Record<string, unknown>[] => {
    const written: string[] = [];
    const log = jsonLog({ region: 'us-east-1' }, level, (line) => void written.push(line));
    log.info('one', { kind: 'x' });
    log.warn('two');
    log.error('three');
    return written.map((line) => JSON.parse(line));
  };

  test('writes one line of JSON with time, level and what is common', () => {
    expect(lines(undefined)[0]).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      level: 'INFO',
      message: 'one',
      region: 'us-east-1',
      kind: 'x',
    });
  });

  test.each([
    ['TRACE', 3],
    ['INFO', 3],
    ['WARN', 2],
    ['FATAL', 0],
    ['nonsense', 3],
  ])('at level %s writes %d of three lines', (level, count) => {
    expect(lines(level)).toHaveLength(count);
  });

  test('writes to the output of the process', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    jsonLog({}).info('hello');
    expect(write).toHaveBeenCalledWith(expect.stringMatching(/"message":"hello"\}\n$/));
    write.mockRestore();
  });
});

test.each([
  [{ httpMethod: 'GET', path: '/' }, true],
  [{ httpMethod: 'GET' }, false],
  [{ httpMethod: 'GET', path: undefined }, false],
  [null, false],
  ['GET', false],
])('%j is an HTTP request: %j', (event, expected) => {
  expect(isHttpEvent(event)).toBe(expected);
});
