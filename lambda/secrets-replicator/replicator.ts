import { Destination } from './configuration';
import { Errand, ErrandProps } from './errand';
import { ReplicationCommand } from './events';
import { OwnNames } from './names';
import { SecretStore } from './ports';
import { Refusal } from './refusal';
import { SecretResult } from './results';
import { retrying } from './retry';

/** What the replicator works with. */
export interface ReplicatorProps extends Omit<ErrandProps, 'own'> {
  /** Name of the one destination that is served; undefined for all of them. */
  readonly only?: string;
}

const UNKNOWN = {
  region: '',
  status: 'failed',
  reason: 'there is no such destination',
  durationMs: 0,
  retryable: false,
};

/**
 * Carries changes of secrets to their destinations. Events come late, twice, in any order or not at all, so none is
 * believed: the secret is read, and each destination made to hold what it is now. What goes wrong at one destination is
 * told in its result and concerns no other.
 */
export class Replicator {
  private readonly source: SecretStore;

  constructor(private readonly props: ReplicatorProps) {
    this.source = retrying(props.source, props.surroundings, props.left);
  }

  /**
   * Names of the destinations that are served, or of those of them that a command asks for.
   *
   * @throws Failure, Refusal when the configuration cannot be read, or lacks the destination that is to be served
   */
  public async destinationNames(asked?: readonly string[]): Promise<string[]> {
    const served = (await this.destinations()).map(({ name }) => name);
    return asked?.filter((name) => served.includes(name) || this.props.only === undefined) ?? served;
  }

  /** One entry for each destination. @throws Failure, Refusal when the configuration cannot be read */
  public async handle(command: ReplicationCommand): Promise<SecretResult> {
    const names = await this.destinationNames(command.destinations);
    const served = await this.destinations();
    const destinations = served.filter(({ name }) => names.includes(name));
    const own = await this.ownNames();
    const { destinations: results, ...result } = await new Errand(
      { ...this.props, source: this.source, own },
      command,
      destinations,
    ).run();
    const unknown = names
      .filter((name) => !served.some((one) => one.name === name))
      .map((destination) => ({ ...UNKNOWN, destination, name: result.secret }));
    return { ...result, destinations: [...results, ...unknown] };
  }

  /** All destinations that are served. */
  public async destinations(): Promise<Destination[]> {
    const { only, library } = this.props;
    const { destinations } = await library.configuration(this.source);
    const served = destinations.filter(({ name }) => only === undefined || name === only);
    if (served.length === 0) throw new Refusal('the configuration has no destination of the name in DESTINATION');
    return served;
  }

  /** Names of all secrets at the source that the replicator does not need for itself. */
  public async names(): Promise<string[]> {
    const own = await this.ownNames();
    const names: string[] = [];
    for await (const { name } of this.source.list()) if (!own.has(name)) names.push(name);
    return names.sort();
  }

  /** Whether a destination lets secrets of a name pass. @throws Failure, Refusal when its filter cannot be read */
  public async takes(destination: Destination, name: string): Promise<boolean> {
    return (await this.props.library.filter(this.source, destination)).verdict(name) !== undefined;
  }

  private async ownNames(): Promise<OwnNames> {
    const { library } = this.props;
    return library.ownNames(await library.configuration(this.source));
  }
}
