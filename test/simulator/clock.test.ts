import { Clock } from '../../simulator/clock';
import { draw, random } from '../../simulator/lag';

describe('a clock that is stepped', () => {
  test('time stands still until it is advanced', async () => {
    const clock = new Clock({ factor: 0, start: 1_000 });
    const seen: number[] = [];
    clock.after(50, () => seen.push(clock.now()));
    clock.after(20, () => seen.push(clock.now()));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect([clock.now(), seen]).toEqual([1_000, []]);
    await clock.advance(30);
    expect([clock.now(), seen]).toEqual([1_030, [1_020]]);
    await clock.advance(30);
    expect(seen).toEqual([1_020, 1_050]);
  });

  test('what a task starts on the way is done on the way', async () => {
    const clock = new Clock({ factor: 0, start: 0 });
    const seen: number[] = [];
    clock.after(10, () => clock.after(10, () => seen.push(clock.now())));
    await clock.advance(100);
    expect([seen, clock.now()]).toEqual([[20], 100]);
  });

  test('a task that repeats does so until it is cancelled, a failure notwithstanding', async () => {
    const told = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const clock = new Clock({ factor: 0, start: 0 });
    const seen: number[] = [];
    const cancel = clock.every(10, () => {
      seen.push(clock.now());
      throw new Error('no luck');
    });
    await clock.advance(25);
    cancel();
    await clock.advance(100);
    expect(seen).toEqual([10, 20]);
    expect(told).toHaveBeenCalledWith('simulator: a task failed: Error: no luck\n');
    told.mockRestore();
  });

  test('a cancelled task is not run', async () => {
    const clock = new Clock({ factor: 0, start: 0 });
    const task = jest.fn();
    clock.after(10, task)();
    await clock.advance(100);
    expect(task).not.toHaveBeenCalled();
  });
});

test('an accelerated clock runs tasks sooner', async () => {
  const clock = new Clock({ factor: 1_000 });
  const started = Date.now();
  await new Promise<void>((resolve) => clock.after(60_000, () => resolve()));
  expect(Date.now() - started).toBeLessThan(5_000);
  clock.stop();
});

test('a change of pace keeps the time', async () => {
  const clock = new Clock({ factor: 0, start: 5_000 });
  clock.factor = 1_000_000;
  await new Promise((resolve) => setTimeout(resolve, 20));
  clock.factor = 0;
  const stopped = clock.now();
  expect(stopped).toBeGreaterThan(1_000_000);
  expect(clock.now()).toBe(stopped);
});

describe('delays', () => {
  test('a fixed one is what it says', () => expect(draw({ milliseconds: 700 }, random(1))).toBe(700));

  test('a drawn one is the same for the same seed, and has the median it says', () => {
    const draws = (seed: number): number[] => {
      const next = random(seed);
      return Array.from({ length: 999 }, () => draw({ milliseconds: 1_000, sigma: 0.5 }, next));
    };
    expect(draws(7)).toEqual(draws(7));
    expect(draws(7)).not.toEqual(draws(8));
    const median = draws(7).sort((a, b) => a - b)[499];
    expect(median).toBeGreaterThan(900);
    expect(median).toBeLessThan(1_100);
  });
});
