import { createHmac, randomBytes } from 'crypto';
import { Failure } from '../../lambda/replication/failure';
import { isRegionName } from '../../lambda/secrets-replicator/region-swap';
import { Content, SecretVersion } from '../../lambda/secrets-replicator/ports';
import { Refusal } from '../../lambda/secrets-replicator/refusal';
import { CommandResult } from './command-result';
import { compareAll, Comparison } from './compare';
import { CalledWrongly } from './files';
import { readSources } from './plan-source';
import { aligned } from './text';

/** Options of `dr secrets diff`. */
export interface DiffOptions {
  /** The region with the sources. */
  readonly region: string;
  /** File or folder with configuration, which counts before what is in Secrets Manager. */
  readonly config?: string;
  readonly configSecret: string;
  readonly secret: readonly string[];
  readonly destination: readonly string[];
  /** Writes hashes that hold for this run only. */
  readonly hashes?: boolean;
  /** Writes a line for each secret that a filter keeps back, too. */
  readonly all?: boolean;
  readonly json?: boolean;
}

/** What is as it should be. */
const FINE = ['equal', 'filtered', 'nothing'];

/**
 * Compares copies of secrets with what they should be, over the API of AWS. It writes nothing there; and here statuses,
 * versions and times, never a value.
 */
export async function diff(options: DiffOptions): Promise<CommandResult> {
  try {
    if (!isRegionName(options.region))
      throw new CalledWrongly(`${options.region} is not written as AWS writes a region`);
    const comparisons = await compareAll({ ...configurationOf(options), ...(await asked(options)) });
    const hash = options.hashes ? hasher() : undefined;
    const output = options.json ? asJson(comparisons, hash) : asText(comparisons, hash, options.all ?? false);
    const exitCode = comparisons.every(({ status }) => FINE.includes(status)) ? 0 : 1;
    return { exitCode, output: Buffer.from(output) };
  } catch (error) {
    // Nothing was compared, which is no difference.
    const isTold = error instanceof CalledWrongly || error instanceof Refusal || error instanceof Failure;
    if (isTold) return { exitCode: 2, error: error.message };
    throw error;
  }
}

function configurationOf({ config, configSecret, region }: DiffOptions) {
  if (config === undefined) return { configSecret, texts: new Map<string, string>() };
  const [source] = readSources({ config: [config], sourceRegion: region, sourceAccount: [], configSecret });
  return {
    configSecret: source.configSecret,
    texts: new Map([...source.texts, [source.configSecret, source.document]]),
  };
}

async function asked({ region, secret, destination }: DiffOptions) {
  return {
    region,
    stores: await awsStores(region),
    ...(secret.length > 0 && { secrets: [...new Set(secret)].sort() }),
    ...(destination.length > 0 && { destinations: [...new Set(destination)].sort() }),
  };
}

/** The SDK takes longer to load than everything else here, and no other command needs it. */
async function awsStores(region: string) {
  try {
    const { AwsStores } = await import('../../lambda/secrets-replicator/aws-stores');
    return new AwsStores(region);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new CalledWrongly('install @aws-sdk/client-secrets-manager and @aws-sdk/client-sts beside this package');
  }
}

type Hash = (content: Content) => string;

/** With a key of this run: who sees a hash cannot try values on it, and it tells nothing beside those of another run. */
function hasher(): Hash {
  const key = randomBytes(32);
  return ({ text, binary }) =>
    createHmac('sha256', key)
      .update(text === undefined ? 'binary:' : 'text:')
      .update(text ?? binary ?? '')
      .digest('hex')
      .slice(0, 16);
}

interface Side {
  readonly version?: string;
  readonly created?: string;
  readonly hash?: string;
}

function sideOf(version: SecretVersion | undefined): Side {
  if (!version) return {};
  return { version: version.id, created: new Date(version.created).toISOString() };
}

/** The hash of the source is that of what it is transformed into, as that is what a copy is compared with. */
function sidesOf({ status, sourceVersion, copyVersion, wanted }: Comparison, hash: Hash | undefined) {
  const there = copyVersion?.content;
  const due = status === 'equal' ? there : wanted;
  return {
    source: { ...sideOf(sourceVersion), ...(hash && due && { hash: hash(due) }) },
    copy: { ...sideOf(copyVersion), ...(hash && there && { hash: hash(there) }) },
  };
}

function asJson(comparisons: readonly Comparison[], hash: Hash | undefined): string {
  const secrets = comparisons.map((one) => {
    const { secret, destination, region, name, status, reason } = one;
    return { secret, destination, region, name, status, reason, ...sidesOf(one, hash) };
  });
  return `${JSON.stringify({ secrets, counts: countsOf(comparisons) }, null, 2)}\n`;
}

function asText(comparisons: readonly Comparison[], hash: Hash | undefined, isAll: boolean): string {
  const rows = comparisons
    .filter(({ status }) => isAll || status !== 'filtered')
    .map((one) => {
      const { source, copy } = sidesOf(one, hash);
      const called = one.name === one.secret ? '' : ` as ${one.name}`;
      const subject = [one.status, one.secret, `${one.destination}${called}`];
      return [...subject, textOf('source', source), textOf('copy', copy), one.reason ?? ''];
    });
  const counts = Object.entries(countsOf(comparisons)).map(([status, count]) => `${count} ${status}`);
  return `${[...aligned(rows), counts.join(', ') || 'no secrets'].join('\n')}\n`;
}

function textOf(side: string, { version, created, hash }: Side): string {
  return version === undefined ? `no ${side}` : [side, version, created, hash].filter((part) => part).join(' ');
}

function countsOf(comparisons: readonly Comparison[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of comparisons) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
