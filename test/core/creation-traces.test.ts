import { pauseCreationTraces } from '../../lib/core/creation-traces';

describe('creation traces', () => {
  test('are not formatted while paused, and are again afterwards', () => {
    const resume = pauseCreationTraces();
    const read = new Error('read while paused').stack;
    resume();
    expect(read).toBe('');
    expect(new Error('read later').stack).toContain('creation-traces.test');
  });

  test('an error thrown meanwhile keeps its trace', () => {
    const resume = pauseCreationTraces();
    const error = new Error('thrown while paused');
    resume();
    expect(error.stack).toContain('creation-traces.test');
  });
});
