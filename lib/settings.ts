import { z } from 'zod';
import { ConfigurationError } from './core/errors';
import type { TapStackProps } from './tap-stack';

/** One setting of the application: its name in the cdktf context, its environment variable, and how its text is read. */
interface Setting {
  readonly name: string;
  readonly variable: string;
  readonly kind: 'text' | 'number' | 'flag' | 'list' | 'map';
  /** For the README and for messages. */
  readonly meaning: string;
}

/**
 * Every setting of the application. An environment variable wins over the cdktf context. What a value may be is
 * checked by the construct that takes it: here only its type is.
 */
export const SETTINGS = [
  ['environmentSuffix', 'text', 'ends every name, so that environments can share an account; default `dev`'],
  ['environment', 'text', 'value of the tag `Environment`; default the suffix'],
  ['primaryRegion', 'text', 'default `us-east-1`'],
  ['secondaryRegion', 'text', 'default `us-east-2`'],
  ['allowOptInRegions', 'flag', 'allow regions that must be enabled in the account first'],
  ['protection', 'text', '`disposable` (default) or `protected`'],
  ['costCenter', 'text', 'value of the tag `CostCenter`'],
  ['tags', 'map', 'more tags for everything'],
  ['accountId', 'text', 'twelve digits; default: read from the credentials at deploy'],
  ['stateBucket', 'text', 'bucket of the Terraform state; default: a local state file'],
  ['stateBucketRegion', 'text', 'region of that bucket, never the primary; default the secondary'],
  ['stateKey', 'text', 'object in that bucket; default `multi-region-dr/{suffix}.tfstate`'],
  ['domainName', 'text', 'domain of the hosted zone; default a name that is not delegated'],
  ['hostedZoneId', 'text', 'an existing, delegated zone of that domain: turns HTTPS on'],
  ['privateZone', 'flag', 'a private zone for both VPCs instead of a public one'],
  ['recordLabel', 'text', 'first label of the shared host name; default `app`'],
  ['primaryCertificateArn', 'text', 'ACM certificate in the primary: turns HTTPS on'],
  ['secondaryCertificateArn', 'text', 'ACM certificate in the secondary'],
  ['primaryCidrBlock', 'text', 'VPC range of the primary; default `10.0.0.0/16`'],
  ['secondaryCidrBlock', 'text', 'VPC range of the secondary; default `10.1.0.0/16`'],
  ['availabilityZoneCount', 'number', '2 to 6; default 3'],
  ['natGateways', 'text', '`none` (default), `single` or `perZone`'],
  ['auroraEngine', 'text', '`aurora-postgresql` (default) or `aurora-mysql`'],
  ['auroraEngineVersion', 'text', 'Aurora version, the same everywhere'],
  ['auroraInstanceClass', 'text', 'memory-optimized class or `db.serverless`'],
  ['replicatedSecrets', 'list', 'patterns of the secrets that replicate both ways; default `app/{suffix}/**`'],
  [
    'secretsTopology',
    'text',
    '`perDestination`, `multiDestination` (default) or `orchestrated`: how secrets are copied',
  ],
  ['secretsTrail', 'flag', 'a CloudTrail trail in each region, for changes of secrets that no other event reports'],
  ['alarmEmails', 'list', 'who is told when an alarm fires'],
  ['operatorPrincipalArns', 'list', 'who may assume the role that fails over; with `operatorExternalId`'],
  ['operatorExternalId', 'text', 'the word they must name when they assume it'],
  ['logReplication', 'flag', 'copy the logs of each region to the other'],
  ['disabledDomains', 'list', 'domains not to build: see below'],
].map(([name, kind, meaning]) => ({
  name,
  kind,
  meaning,
  variable: name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
})) as readonly Setting[];

const readers: Record<Setting['kind'], z.ZodType> = {
  text: z.string('give a text').min(1, 'give a text that is not empty'),
  number: z.union(
    [
      z.number(),
      z
        .string()
        .regex(/^-?\d+(\.\d+)?$/)
        .transform(Number),
    ],
    'give a number',
  ),
  flag: z.union(
    [z.boolean(), z.stringbool({ truthy: ['true', '1', 'yes'], falsy: ['false', '0', 'no'] })],
    'give true or false',
  ),
  list: z.union(
    [
      z.array(z.string()),
      z.string().transform((value) =>
        value
          .split(',')
          .map((part) => part.trim())
          .filter(Boolean),
      ),
    ],
    'give a list, or texts separated by commas',
  ),
  map: z.union(
    [
      z.record(z.string(), z.string()),
      z
        .string()
        .regex(/^\s*[^=,]+=[^,]*(,[^=,]+=[^,]*)*\s*$/)
        .transform((value) => Object.fromEntries(value.split(',').map((pair) => splitPair(pair)))),
    ],
    'give an object of strings, or name=value pairs separated by commas',
  ),
};

/**
 * Reads the settings of the application.
 *
 * @param context the cdktf context (`context` of cdktf.json, or `--context`)
 * @param environment environment variables
 * @throws ConfigurationError that names the variable or context key, the value and the way out
 */
export function readSettings(
  context: (name: string) => unknown,
  environment: Record<string, string | undefined>,
): TapStackProps {
  const props: Record<string, unknown> = { environmentSuffix: 'dev' };
  for (const setting of SETTINGS) {
    const fromEnvironment = environment[setting.variable] || undefined;
    const received = fromEnvironment ?? context(setting.name);
    if (received === undefined || received === null) continue;
    const result = readers[setting.kind].safeParse(received);
    if (!result.success) {
      throw new ConfigurationError(fromEnvironment === undefined ? 'cdktf context' : 'environment', {
        prop: fromEnvironment === undefined ? setting.name : setting.variable,
        received,
        wayOut: result.error.issues[0].message,
      });
    }
    props[setting.name] = result.data;
  }
  return props as unknown as TapStackProps;
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}
