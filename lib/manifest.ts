import { z } from 'zod';

/** Version of the contract. It rises when a field is removed or changes its meaning; new fields do not raise it. */
export const MANIFEST_VERSION = 1;

/** Name of the Terraform output that holds the manifest. */
export const MANIFEST_OUTPUT = 'manifest';

/** Name of the SSM parameter that holds the manifest, in both regions. */
export function manifestParameterName(environmentSuffix: string): string {
  return `/dr/${environmentSuffix}/manifest`;
}

const halves = <T extends z.ZodType>(half: T) => z.object({ primary: half, secondary: half });

/**
 * What an operator's tool needs to know of a deployed system, as literals: no state file, no look-up in the other
 * region (docs/architecture.md, static stability). Parts that were not built are absent.
 */
export const manifestSchema = z.object({
  version: z.literal(MANIFEST_VERSION),
  environmentSuffix: z.string(),
  accountId: z.string(),
  protection: z.string(),
  regions: halves(z.string()),
  /** Declared by the user: what the drill measures against. */
  objectives: z.object({ rtoMinutes: z.number(), rpoMinutes: z.number() }),
  keyArns: halves(z.string()),
  topicArns: halves(z.string()).optional(),
  vpcIds: halves(z.string()).optional(),
  table: z.object({ name: z.string(), customerIndex: z.string() }),
  buckets: halves(z.string()),
  functions: halves(z.object({ transactionProcessor: z.string(), health: z.string() })),
  /** Queues in which what could not be processed waits for a person. */
  deadLetterQueues: halves(z.array(z.string())),
  stateMachineArns: halves(z.string()).optional(),
  aurora: z
    .object({
      globalClusterId: z.string(),
      /** Follows the writer to either region. */
      writerEndpoint: z.string(),
      port: z.number(),
      databaseName: z.string(),
      secretName: z.string(),
      clusters: halves(z.object({ id: z.string(), arn: z.string(), readerEndpoint: z.string() })),
    })
    .optional(),
  loadBalancers: halves(z.object({ dnsName: z.string(), url: z.string() })).optional(),
  routing: z
    .object({
      hostName: z.string(),
      zoneId: z.string(),
      /** Of a zone that was created: whom to ask while it is not delegated. */
      nameServers: z.array(z.string()).optional(),
      /** False while the zone answers nobody but those who ask its name servers. */
      delegated: z.boolean(),
      healthChecks: z.object({
        primary: z.string(),
        secondary: z.string(),
        /** The check behind the PRIMARY record: endpoint, operator's switch and writer gate together. */
        failover: z.string(),
        operatorSwitch: z.string(),
        writerGate: z.string().optional(),
      }),
      /** Writing 1 to this metric in the secondary region takes the primary out of DNS; 0 lets it back in. */
      operatorSwitch: z.object({
        namespace: z.string(),
        metricName: z.string(),
        dimensions: z.record(z.string(), z.string()),
      }),
    })
    .optional(),
  events: z
    .object({ busName: z.string(), endpointId: z.string().optional(), endpointUrl: z.string().optional() })
    .optional(),
  parameters: z.object({ prefix: z.string(), replicators: halves(z.string()) }).optional(),
  secrets: z
    .object({
      /** Name of the secret that lists the destinations, in each region its own. */
      configuration: z.string(),
      replicators: halves(z.array(z.string())),
      /** Where a dead letter is moved to be tried again. */
      retryQueueUrls: halves(z.array(z.string())),
      deadLetterQueueUrls: halves(z.array(z.string())),
    })
    .optional(),
  backup: z.object({ planId: z.string(), roleArn: z.string(), vaults: halves(z.string()) }).optional(),
  alarms: halves(z.object({ composite: z.string(), dashboard: z.string() })).optional(),
});

/** The typed contract between what was built and who operates it. */
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * Reads a manifest.
 *
 * @param text JSON, as Terraform wrote it
 * @throws Error with one line when it is not a manifest, or one of a version this code does not know
 */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('the manifest is not JSON: fetch it again with "terraform output -raw manifest"');
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (version !== MANIFEST_VERSION) {
    throw new Error(
      `the manifest has version ${JSON.stringify(version)}, this tool reads ${MANIFEST_VERSION}: use the release that deployed the system`,
    );
  }
  const result = manifestSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`the manifest is damaged at ${issue.path.join('.')}: ${issue.message}`);
}
