/** Ends something that was started: a timer, a fault, a process. Ending it twice does nothing. */
export type Cancel = () => void;

/** How time passes: with the wall clock, faster by a factor, or only when the caller says so. */
export interface ClockOptions {
  /** Simulated milliseconds per real one. 0: time stands still until `advance`. @default 1 */
  readonly factor?: number;
  /** The simulated time at the start, in milliseconds since 1970. @default the machine's time */
  readonly start?: number;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly task: () => unknown;
}

/** The longest delay that a Node timer keeps. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** The time of the simulated world: replication, health checks and alarms wait on it, never on the machine's clock. */
export class Clock {
  private timers: Timer[] = [];
  private order = 0;
  private simulated: number;
  private since = Date.now();
  private factorNow: number;
  private wake: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor({ factor = 1, start = Date.now() }: ClockOptions = {}) {
    this.factorNow = factor;
    this.simulated = start;
  }

  /** Simulated milliseconds since 1970. */
  public now(): number {
    return this.simulated + (Date.now() - this.since) * this.factorNow;
  }

  /** Simulated milliseconds per real one; 0 when the caller steps. */
  public get factor(): number {
    return this.factorNow;
  }

  public set factor(factor: number) {
    this.simulated = this.now();
    this.since = Date.now();
    this.factorNow = factor;
    this.arm();
  }

  /** Runs a task once, after so many simulated milliseconds. */
  public after(milliseconds: number, task: () => unknown): Cancel {
    const timer = { due: this.now() + Math.max(0, milliseconds), order: this.order++, task };
    if (this.isStopped) return () => undefined;
    this.timers.push(timer);
    this.timers.sort((a, b) => a.due - b.due || a.order - b.order);
    this.arm();
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
      this.arm();
    };
  }

  /** Runs a task again and again, the next time after the last has ended. */
  public every(milliseconds: number, task: () => unknown): Cancel {
    let ended = false;
    let cancel: Cancel = () => undefined;
    const next = (): void => {
      cancel = this.after(milliseconds, async () => {
        try {
          await task();
        } finally {
          if (!ended) next();
        }
      });
    };
    next();
    return () => {
      ended = true;
      cancel();
    };
  }

  /** Lets simulated time pass at once: everything due on the way runs in its order, each after the one before. */
  public advance(milliseconds: number): Promise<void> {
    return this.inTurn(async () => {
      const end = this.now() + milliseconds;
      for (let timer = this.take(end); timer; timer = this.take(end)) {
        this.moveTo(Math.max(timer.due, this.now()));
        await run(timer);
      }
      this.moveTo(Math.max(end, this.now()));
    });
  }

  /** Forgets every timer, and takes no more. */
  public stop(): void {
    this.isStopped = true;
    this.timers = [];
    this.arm();
  }

  private take(due: number): Timer | undefined {
    return this.timers.length > 0 && this.timers[0].due <= due ? this.timers.shift() : undefined;
  }

  private moveTo(time: number): void {
    this.simulated = time;
    this.since = Date.now();
  }

  private arm(): void {
    clearTimeout(this.wake);
    if (this.factorNow === 0 || this.timers.length === 0) return;
    const real = Math.max(0, this.timers[0].due - this.now()) / this.factorNow;
    this.wake = setTimeout(() => void this.inTurn(() => this.runDue()), Math.min(Math.ceil(real), MAX_TIMEOUT));
    this.wake.unref();
  }

  private async runDue(): Promise<void> {
    for (let timer = this.take(this.now()); timer; timer = this.take(this.now())) await run(timer);
    this.arm();
  }

  private inTurn(task: () => Promise<void>): Promise<void> {
    this.running = this.running.then(task);
    return this.running;
  }
}

/** A task that fails must not stop time for the others; what it did wrong is told where it is seen. */
async function run(timer: Timer): Promise<void> {
  try {
    await timer.task();
  } catch (error) {
    process.stderr.write(`simulator: a task failed: ${String(error)}\n`);
  }
}
