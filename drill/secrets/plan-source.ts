import { existsSync, readdirSync, statSync } from 'fs';
import { join } from 'path';
import { Refusal } from '../../lambda/secrets-replicator/refusal';
import { isRegionName } from '../../lambda/secrets-replicator/region-swap';
import { CalledWrongly, readText } from './files';

/** The configuration of the replicator of one region, as texts. */
export interface PlanSource {
  readonly region: string;
  /** Undefined when nobody said: then it is an account like no other. */
  readonly account?: string;
  /** Name of the secret with the destinations. */
  readonly configSecret: string;
  /** The document with the destinations. */
  readonly document: string;
  /** What the document refers to, by the names of the secrets that hold it. */
  readonly texts: ReadonlyMap<string, string>;
}

/** How a command is told of configurations. */
export interface SourceOptions {
  /** `FILE` or `REGION=FILE`, each a JSON file or a folder. */
  readonly config: readonly string[];
  /** Region of what has none before its file. */
  readonly sourceRegion?: string;
  /** `ACCOUNT` or `REGION=ACCOUNT`. */
  readonly sourceAccount: readonly string[];
  /** Name of the secret with the destinations. */
  readonly configSecret: string;
}

/** Where the function looks for its destinations when it is told nothing else. */
export const CONFIG_SECRET = 'secrets-replicator/destinations';

/**
 * Reads configurations: a JSON file with the document of destinations and, under `secrets`, what it refers to as text or
 * JSON; or a folder with a file for each secret, at the secret's name.
 *
 * @throws CalledWrongly, Refusal
 */
export function readSources(options: SourceOptions): PlanSource[] {
  const accounts = new Map(options.sourceAccount.map((given) => pairOf(given)));
  const sources = options.config.map((given): PlanSource => {
    const [prefix, path] = pairOf(given);
    const region = prefix ?? options.sourceRegion;
    if (region === undefined) throw new CalledWrongly(`no region is given for ${path}: REGION=FILE or --source-region`);
    if (!isRegionName(region)) throw new CalledWrongly(`${region} is not written as AWS writes a region`);
    const account = accounts.get(region) ?? accounts.get(undefined);
    const read = isFolder(path) ? ofFolder(path, options.configSecret) : ofFile(path, options.configSecret);
    return { region, ...(account !== undefined && { account }), ...read };
  });
  const wrong = [...accounts.values()].find((account) => !/^\d{12}$/.test(account));
  if (wrong !== undefined) throw new CalledWrongly(`${wrong} is no account: it has twelve digits`);
  return sources;
}

/** `REGION=VALUE`, or the value alone. */
function pairOf(given: string): [string | undefined, string] {
  const at = given.indexOf('=');
  return at > 0 && isRegionName(given.slice(0, at)) ? [given.slice(0, at), given.slice(at + 1)] : [undefined, given];
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

type Texts = Pick<PlanSource, 'configSecret' | 'document' | 'texts'>;

function ofFile(path: string, configSecret: string): Texts {
  const source = readText(path);
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new Refusal(`${path} is not JSON`);
  }
  if (Array.isArray(value) || typeof value !== 'object' || value === null) {
    return { configSecret, document: source, texts: new Map() };
  }
  const { secrets = {}, ...document } = value as { secrets?: unknown };
  if (typeof secrets !== 'object' || secrets === null || Array.isArray(secrets)) {
    throw new Refusal(`"secrets" of ${path} is no JSON object of names and contents`);
  }
  const texts = Object.entries(secrets).map(([name, content]): [string, string] => [
    name,
    typeof content === 'string' ? content : JSON.stringify(content),
  ]);
  return { configSecret, document: JSON.stringify(document), texts: new Map(texts) };
}

/** The name may have an environment behind it: what stands alone below it is meant. */
function ofFolder(folder: string, configSecret: string): Texts {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replace(/\\/g, '/'))
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
  const entries = names.includes(configSecret)
    ? [configSecret]
    : names.filter((name) => name.startsWith(`${configSecret}/`));
  if (entries.length !== 1) {
    const found = entries.length === 0 ? 'nothing' : entries.join(', ');
    throw new CalledWrongly(`${folder} has ${found} at or below ${configSecret}: name one with --config-secret`);
  }
  const [entry] = entries;
  const rest = names.filter((name) => name !== entry);
  return {
    configSecret: entry,
    document: readText(join(folder, entry)),
    texts: new Map(rest.map((name) => [name, readText(join(folder, name))])),
  };
}
