import { CommandResult } from './command-result';
import { attempt, CalledWrongly, readText } from './files';
import { Finding, Findings } from './findings';
import { isLegal } from './pattern-language';
import { checkAll } from './plan-checks';
import { readSources, SourceOptions } from './plan-source';
import { arrival, planned, PlannedDestination, PlannedSource, ruleFor, UNKNOWN_ACCOUNT } from './planned';
import { aligned } from './text';

/** Options of `dr secrets plan`. */
export interface PlanOptions extends SourceOptions {
  /** File with real names of secrets, one on each line; `-` is the standard input. */
  readonly secrets?: string;
  /** Writes JSON. */
  readonly json?: boolean;
}

/** Where one secret goes. */
interface PlannedSecret {
  readonly source: string;
  readonly destination: string;
  readonly name: string;
  /** What it is called there; undefined when it is not replicated. */
  readonly target?: string;
  /** Rule of the filter that decides; undefined when there is none. */
  readonly pattern?: string;
  readonly through?: readonly string[];
  /** Why it is not replicated, where it is not the filter. */
  readonly reason?: string;
}

/**
 * Says what configurations make of secrets, and what is wrong with them. It calls no AWS, and writes names and patterns
 * only: no text of a transformation.
 */
export function plan(options: PlanOptions): CommandResult {
  return attempt(() => {
    const findings = new Findings();
    const read = readSources(options);
    const names = options.secrets === undefined ? [] : namesIn(options.secrets);
    const sources = read.flatMap((source) => planned(source, findings) ?? []);
    checkAll(sources, names, findings);
    const secrets = sources.flatMap(({ destinations }) =>
      destinations.flatMap((destination) => names.map((name) => secretOf(destination, name))),
    );
    const found = findings.all;
    const output = options.json ? asJson(sources, secrets, found) : asText(sources, secrets, found);
    return { exitCode: found.some(({ severity }) => severity === 'error') ? 1 : 0, output: Buffer.from(output) };
  });
}

function namesIn(path: string): string[] {
  const lines = readText(path)
    .split('\n')
    .map((line) => line.trim());
  const wrong = lines.findIndex((line) => line !== '' && !isLegal(line));
  if (wrong >= 0) throw new CalledWrongly(`line ${wrong + 1} of ${path} is no name of a secret`);
  return [...new Set(lines.filter((line) => line !== ''))].sort();
}

function secretOf(destination: PlannedDestination, name: string): PlannedSecret {
  const { source, settings, rules } = destination;
  const rule = ruleFor(rules, name);
  const where = { source: source.region, destination: settings.name, name };
  if (destination.own.has(name)) return { ...where, reason: 'it belongs to the replicator' };
  const target = arrival(destination, name);
  if (target === undefined) return { ...where, pattern: rule?.pattern };
  if (destination.own.has(target)) return { ...where, reason: 'its name there belongs to the replicator' };
  return { ...where, target, pattern: rule?.pattern, through: throughOf(destination, rule?.transformations) };
}

/** Everything a value goes through, in order. */
function throughOf({ settings }: PlannedDestination, transformations: readonly string[] = []): string[] {
  return [...(settings.regionSwap ? ['region swap'] : []), ...transformations];
}

function asJson(sources: readonly PlannedSource[], secrets: readonly PlannedSecret[], findings: Finding[]): string {
  const document = {
    sources: sources.map(({ place, configSecret, destinations }) => ({
      ...place,
      configSecret,
      destinations: destinations.map((destination) => ({
        name: destination.settings.name,
        ...destination.place,
        deletion: destination.settings.deletion,
        rules: destination.rules.map(({ pattern, transformations }) => ({
          pattern,
          replicated: transformations !== undefined,
          ...(transformations && { through: throughOf(destination, transformations) }),
        })),
        names: destination.names,
      })),
    })),
    secrets,
    findings,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function asText(sources: readonly PlannedSource[], secrets: readonly PlannedSecret[], findings: Finding[]): string {
  const lines = [
    ...sources.flatMap(({ destinations }) => destinations.flatMap((one) => [...linesOf(one), ''])),
    ...(secrets.length > 0 ? ['secrets', ...indented(secrets.map(cellsOf)), ''] : []),
    ...findings.map(lineOf),
    summaryOf(findings),
  ];
  return `${lines.join('\n')}\n`;
}

function linesOf(destination: PlannedDestination): string[] {
  const { source, place, settings, rules, names } = destination;
  const account = place.account === UNKNOWN_ACCOUNT ? '' : ` in account ${place.account}`;
  const rows = rules.map(({ pattern, transformations }) => [
    pattern,
    transformations ? throughOf(destination, transformations).join(', ') || 'unchanged' : 'kept back',
  ]);
  const title = settings.name === place.region ? '' : ` (${settings.name})`;
  const deletion = settings.deletion === 'delete' ? `deleted, for ${settings.recoveryWindowDays} days` : 'kept';
  return [
    `${source.region} -> ${place.region}${account}${title}`,
    ...indented([...rows, ['everything else', 'kept back']]),
    ...indented(names.map(({ from, to }) => ['name', `${from} -> ${to}`])),
    `  copies of deleted secrets are ${deletion}`,
  ];
}

function cellsOf({ source, destination, name, target, pattern, through, reason }: PlannedSecret): string[] {
  const because = pattern === undefined ? 'no rule' : pattern;
  const way = `${source} -> ${destination}`;
  if (target === undefined) return [name, way, 'not replicated', reason ?? `by ${because}`];
  return [name, way, target, `by ${because}: ${through?.join(', ') || 'unchanged'}`];
}

function lineOf({ severity, source, destination, message }: Finding): string {
  const where = [source, destination].filter((part) => part !== undefined).join(' -> ');
  return `${severity}: ${where === '' ? '' : `${where}: `}${message}`;
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (severity: string): string => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return `${number} ${severity}${number === 1 ? '' : 's'}`;
  };
  return `${count('error')}, ${count('warning')}`;
}

function indented(rows: readonly (readonly string[])[]): string[] {
  return aligned(rows).map((line) => `  ${line}`);
}
