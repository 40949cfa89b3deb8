import { Cache } from './cache';
import {
  Configuration,
  configurationSecrets,
  Destination,
  readConfiguration,
  transformationSecret,
} from './configuration';
import { Filter } from './filters';
import { NameMap, OwnNames } from './names';
import { SecretStore } from './ports';
import { Refusal } from './refusal';
import { secretIdOf } from './secret-id';
import { readTransformation, regionSwap, Transformation } from './transformation';
import { Variables } from './variables';

/** How long what steers the replicator is remembered. */
const LIFETIME_MILLISECONDS = 300_000;

/**
 * What steers the replicator: the destinations, filters, maps of names and transformations, as they stand in secrets of
 * the source region. What cannot be read whole is not read at all: half a filter could let pass what the other half
 * keeps back.
 */
export class Library {
  private readonly configurations: Cache<Configuration>;
  private readonly filters: Cache<Filter>;
  private readonly nameMaps: Cache<NameMap>;
  private readonly texts: Cache<string>;

  /** @param configSecret name or ARN of the secret with the destinations */
  constructor(
    private readonly configSecret: string,
    now: () => number,
  ) {
    this.configurations = new Cache(now, LIFETIME_MILLISECONDS);
    this.filters = new Cache(now, LIFETIME_MILLISECONDS);
    this.nameMaps = new Cache(now, LIFETIME_MILLISECONDS);
    this.texts = new Cache(now, LIFETIME_MILLISECONDS);
  }

  public configuration(source: SecretStore): Promise<Configuration> {
    return this.configurations.get('', async () => {
      const text = await this.text(source, this.configSecret);
      return naming(this.configSecret, () => readConfiguration(text));
    });
  }

  public filter(source: SecretStore, { filters }: Destination): Promise<Filter> {
    return this.filters.get(filters.join(), async () => {
      const texts = await this.all(source, filters);
      return naming(filters.join(), () => new Filter(texts));
    });
  }

  public nameMap(source: SecretStore, { names }: Destination): Promise<NameMap> {
    return this.nameMaps.get(names.join(), async () => {
      const texts = await this.all(source, names);
      return naming(names.join(), () => new NameMap(texts));
    });
  }

  /** Everything a value goes through on its way to a destination, in order. None at all leaves it as it is. */
  public async transformations(
    source: SecretStore,
    destination: Destination,
    named: readonly string[],
    variables: Variables,
  ): Promise<Transformation[]> {
    const secrets = named.length > 0 ? named.map(transformationSecret) : destination.transformations;
    const texts = await this.all(source, secrets);
    const read = texts.map((text, index) => naming(secrets[index], () => readTransformation(text, { variables })));
    return [...(destination.regionSwap ? [regionSwap(source.region, destination.region)] : []), ...read];
  }

  /** What is never replicated and never written: whoever could write it would steer the replicator. */
  public ownNames(configuration: Configuration): OwnNames {
    const { name = this.configSecret } = secretIdOf(this.configSecret, true);
    return new OwnNames([name, ...configurationSecrets(configuration)]);
  }

  private all(source: SecretStore, names: readonly string[]): Promise<string[]> {
    return Promise.all(names.map((name) => this.texts.get(name, () => this.text(source, name))));
  }

  private async text(source: SecretStore, name: string): Promise<string> {
    const text = (await source.current(name))?.content.text;
    if (text === undefined) throw new Refusal(`${name} is not there or has no text`);
    return text;
  }
}

/** Says in a refusal which secret it is about. */
function naming<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Refusal ? new Refusal(`${place}: ${error.message}`) : error;
  }
}
