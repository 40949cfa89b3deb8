import { AccessLogEntry, AccessLogFilter } from './access-log';
import { CONTROL_PATH, LagChange, Recovery, Status, TimeChange } from './control';
import { ActiveFault, Fault } from './faults';
import { Lag, Replicated } from './lag';

/** A typed client of the control API of a simulator, for tests and for the operator's command line. */
export class SimulatorClient {
  /** @param url of the simulator, as its `url` gives it */
  constructor(private readonly url: string) {}

  public status(): Promise<Status> {
    return this.get('status');
  }

  /** Calls that reached the simulated AWS, oldest first. */
  public log(filter: AccessLogFilter = {}): Promise<AccessLogEntry[]> {
    const given = Object.entries(filter).filter(([, value]) => value !== undefined);
    return this.get(`log?${new URLSearchParams(given).toString()}`);
  }

  /** Breaks something until it is recovered. */
  public inject(fault: Fault): Promise<ActiveFault> {
    return this.post('faults', fault);
  }

  /** Ends one fault, or all. */
  public recover(recovery: Recovery = {}): Promise<Status> {
    return this.post('recover', recovery);
  }

  /** Changes how time passes, or lets some of it pass: the answer comes when all that was due has happened. */
  public clock(change: TimeChange): Promise<Status> {
    return this.post('clock', change);
  }

  /** Sets replication delays; the answer has those of all services. */
  public lag(change: LagChange): Promise<Record<Replicated, Lag>> {
    return this.post('lag', change);
  }

  /** Ends the simulator. */
  public async stop(): Promise<void> {
    await this.post('stop', {});
  }

  private get<T>(path: string): Promise<T> {
    return this.send(path, { method: 'GET' });
  }

  private post<T>(path: string, input: object): Promise<T> {
    return this.send(path, { method: 'POST', body: JSON.stringify(input) });
  }

  private async send<T>(path: string, init: { method: string; body?: string }): Promise<T> {
    const response = await fetch(`${this.url}${CONTROL_PATH}${path}`, init);
    const output = (await response.json()) as T & { readonly message?: string };
    if (!response.ok) throw new Error(`the simulator refused ${path}: ${output.message}`);
    return output;
  }
}
