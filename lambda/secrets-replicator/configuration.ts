import { listed } from './filters';
import { OWN_PREFIX } from './names';
import { Refusal } from './refusal';
import { isRegionName } from './region-swap';
import { Variables } from './variables';

/** Where a transformation is looked for whose name does not say. */
export const TRANSFORMATIONS_PREFIX = `${OWN_PREFIX}transformations/`;

/** Where secrets are replicated to, and how. */
export interface Destination {
  /** Unique; by default the region, with `/account` behind it in another account. */
  readonly name: string;
  readonly region: string;
  /** Role in another account that is assumed to write there. */
  readonly roleArn?: string;
  readonly externalId?: string;
  /** Key of the destination's region. Undefined: the key of AWS for new copies, and existing ones keep theirs. */
  readonly kmsKeyId?: string;
  /** Names of the secrets that hold the filter, at least one. The later one counts. */
  readonly filters: readonly string[];
  /** Names of the secrets that hold the map of names. None: a copy has the name of its source. */
  readonly names: readonly string[];
  /** Full names of the transformations of what the filter lets pass without naming any. */
  readonly transformations: readonly string[];
  /** Puts the destination's region in the place of the source's, before any other transformation. */
  readonly regionSwap: boolean;
  /** Variables of the transformations, besides those that are always there. */
  readonly variables: Readonly<Record<string, string>>;
  /** `keep`: the copy outlives its source. `delete`: it is deleted with it. */
  readonly deletion: string;
  /** How many days a copy that was deleted with its source can be restored. */
  readonly recoveryWindowDays: number;
  /** Copies the tags. */
  readonly tags: boolean;
  /** Copies the description. */
  readonly description: boolean;
}

/** All destinations of a source region. */
export interface Configuration {
  readonly destinations: readonly Destination[];
}

type Json = Readonly<Record<string, unknown>>;

const ROLE = /^arn:[a-z-]+:iam::(\d{12}):role\/[\w+=,.@/-]{1,576}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const KEY_REGION = /^arn:[a-z-]+:kms:([a-z0-9-]+):/;
const DESTINATION_NAME = /^[\w./-]{1,128}$/;
const SECRET_NAMES = /^[A-Za-z0-9/_+=.@-]{1,512}$/;

const DESTINATION_KEYS = [
  ...['name', 'region', 'roleArn', 'externalId', 'kmsKeyId', 'filters', 'names', 'transformations'],
  ...['regionSwap', 'variables', 'deletion', 'recoveryWindowDays', 'tags', 'description'],
];
const CONFIGURATION_KEYS = ['destinations', 'filters', 'names'];

/**
 * Reads the document with the destinations: `{"destinations": [{"region": "us-west-2", "filters": "..."}]}`, with
 * `filters` and `names` beside them for those that have none of their own; or the list alone.
 *
 * @throws Refusal for one that cannot be read, with the place and never what stands there
 */
export function readConfiguration(source: string): Configuration {
  const document = parsed(source);
  const fields = Array.isArray(document) ? { destinations: document } : objectAt('the configuration', document);
  onlyKeys('the configuration', fields, CONFIGURATION_KEYS);
  const { destinations } = fields as Json;
  if (!Array.isArray(destinations) || destinations.length === 0) {
    throw new Refusal('the configuration has no list of destinations with at least one');
  }
  const read = destinations.map((destination, index) => destinationAt(`destinations[${index}]`, destination, fields));
  if (new Set(read.map(({ name }) => name)).size < read.length) {
    throw new Refusal('two destinations have the same name: a region that is there twice needs names');
  }
  return { destinations: read };
}

/** Names of the secrets that hold a configuration's filters, maps of names and transformations. */
export function configurationSecrets({ destinations }: Configuration): string[] {
  return [...new Set(destinations.flatMap((one) => [...one.filters, ...one.names, ...one.transformations]))].sort();
}

/** The account of a role; undefined for what is no ARN of one. */
export function accountOf(roleArn: string | undefined): string | undefined {
  return ROLE.exec(roleArn ?? '')?.[1];
}

/** What a filter or a destination calls a transformation, as the full name of its secret. */
export function transformationSecret(name: string): string {
  return name.startsWith(TRANSFORMATIONS_PREFIX) ? name : `${TRANSFORMATIONS_PREFIX}${name}`;
}

function destinationAt(place: string, value: unknown, defaults: Json): Destination {
  const given = objectAt(place, value);
  onlyKeys(place, given, DESTINATION_KEYS);
  const field = new Fields(place, given);
  const region = field.text('region', isRegionName, 'is not written as AWS writes it, such as us-east-1');
  if (region === undefined) throw new Refusal(`${place} has no region`);
  const roleArn = field.text('roleArn', (text) => ROLE.test(text), 'is no ARN of a role');
  const externalId = field.text('externalId', (text) => EXTERNAL_ID.test(text), 'is none that IAM allows');
  if (externalId !== undefined && roleArn === undefined) throw new Refusal(`${place}.externalId is for a roleArn`);
  const kmsKeyId = field.text(
    'kmsKeyId',
    (text) => [undefined, region].includes(KEY_REGION.exec(text)?.[1]),
    'is a key of another region',
  );
  const account = accountOf(roleArn);
  const name =
    field.text(
      'name',
      (text) => DESTINATION_NAME.test(text),
      'has characters other than letters, digits and _ . / -',
    ) ?? (account === undefined ? region : `${region}/${account}`);
  const filters = field.names('filters') ?? new Fields('the configuration', defaults).names('filters');
  if (!filters) throw new Refusal(`${place} has no filters, and neither has the configuration`);
  const names = field.names('names') ?? new Fields('the configuration', defaults).names('names') ?? [];
  const transformations = (field.names('transformations') ?? []).map(transformationSecret);
  const variables = field.variables('variables');
  const deletion =
    field.text('deletion', (text) => ['keep', 'delete'].includes(text), 'is neither keep nor delete') ?? 'keep';
  const recoveryWindowDays = field.days('recoveryWindowDays') ?? 30;
  return {
    ...{ name, region, roleArn, externalId, kmsKeyId, filters, names, transformations, variables, deletion },
    recoveryWindowDays,
    regionSwap: field.flag('regionSwap') ?? false,
    tags: field.flag('tags') ?? true,
    description: field.flag('description') ?? true,
  };
}

/** The fields of one object. Each method gives undefined for a field that is not there. */
class Fields {
  constructor(
    private readonly place: string,
    private readonly given: Json,
  ) {}

  public text(key: string, isValid: (text: string) => boolean, problem: string): string | undefined {
    const value = this.given[key];
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '') throw this.refusal(key, 'is no text');
    if (!isValid(value)) throw this.refusal(key, problem);
    return value;
  }

  /** One name, or several with commas between them. */
  public names(key: string): string[] | undefined {
    const text = this.text(key, () => true, '');
    if (text === undefined) return undefined;
    const names = listed(text);
    if (names.length === 0 || !names.every((name) => SECRET_NAMES.test(name))) {
      throw this.refusal(key, 'is no list of names of secrets with commas between them');
    }
    return names;
  }

  public flag(key: string): boolean | undefined {
    const value = this.given[key];
    if (value !== undefined && typeof value !== 'boolean') throw this.refusal(key, 'is neither true nor false');
    return value;
  }

  /** As `DeleteSecret` allows them. */
  public days(key: string): number | undefined {
    const value = this.given[key];
    if (value === undefined) return undefined;
    if (!Number.isInteger(value) || Number(value) < 7 || Number(value) > 30) {
      throw this.refusal(key, 'is no whole number from 7 to 30');
    }
    return Number(value);
  }

  public variables(key: string): Record<string, string> {
    const variables = objectAt(`${this.place}.${key}`, this.given[key] ?? {});
    if (!Object.values(variables).every((value) => typeof value === 'string')) {
      throw this.refusal(key, 'has a value that is no text');
    }
    const read = variables as Record<string, string>;
    void new Variables(read);
    return read;
  }

  private refusal(key: string, problem: string): Refusal {
    return new Refusal(`${this.place}.${key} ${problem}`);
  }
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    throw new Refusal('the configuration is not JSON');
  }
}

function objectAt(place: string, value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(`${place} is no JSON object`);
  }
  return value as Json;
}

function onlyKeys(place: string, value: Json, known: readonly string[]): void {
  if (!Object.keys(value).every((key) => known.includes(key))) {
    throw new Refusal(`${place} has a key that is not known; there are ${known.join(', ')}`);
  }
}
