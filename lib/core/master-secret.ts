import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretVersion } from '@cdktf/provider-aws/lib/secretsmanager-secret-version';
import { Fn, ref, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { Halves } from './halves';
import { RegionPair } from './region-pair';

/** What a master secret is made of. */
export interface MasterSecretProps {
  readonly regions: RegionPair;
  /** Name of the secret, the same in both regions. */
  readonly name: string;
  readonly description: string;
  readonly primaryKeyArn: string;
  readonly secondaryKeyArn: string;
  readonly username: string;
  /** Raise it to draw another password. */
  readonly passwordVersion: number;
  /** What else the secret tells applications: engine, port, database. */
  readonly connection: Record<string, string | number>;
}

/** The master user's secret of a database that exists in both regions. */
export interface MasterSecret {
  /** Each region's own copy: same name and random suffix (rule R-SEC-6). */
  readonly arns: Halves<string>;
  /** For a write-only argument: the stored password, which is in no state and no plan. */
  readonly password: string;
}

/**
 * Draws a password, stores it in a secret with a replica in the other region, and reads it back from there, through
 * ephemeral values and write-only arguments. Read back and not drawn again, because every run draws another: an apply
 * that stops half-way cannot leave the secret and the database with different passwords (rules R-AUR-14, R-AUR-15,
 * R-SEC-1, R-TF-14). The constructs are children of the scope.
 */
export function masterSecret(scope: Construct, props: MasterSecretProps): MasterSecret {
  const { regions } = props;
  const { provider } = regions.primary;
  const drawn = ephemeral(scope, 'Password', 'aws_secretsmanager_random_password', {
    provider: provider.fqn,
    password_length: 40,
    // Letters and digits only: valid in a connection URL, a shell and JSON without escapes.
    exclude_punctuation: true,
    require_each_included_type: true,
  });
  const secret = new SecretsmanagerSecret(scope, 'Secret', {
    provider,
    name: props.name,
    description: props.description,
    kmsKeyId: props.primaryKeyArn,
    recoveryWindowInDays: regions.protection.secretRecoveryWindowInDays,
    replica: [{ region: regions.secondary.name, kmsKeyId: props.secondaryKeyArn }],
    forceOverwriteReplicaSecret: regions.protection.forceDestroy,
    tags: { Name: props.name },
  });
  const version = new SecretsmanagerSecretVersion(scope, 'SecretVersion', {
    provider,
    secretId: secret.id,
    secretStringWo: Fn.jsonencode({
      username: props.username,
      password: ref(`${drawn}.random_password`),
      ...props.connection,
    }),
    secretStringWoVersion: props.passwordVersion,
  });
  // The version id is unknown until the version exists, so a plan never reads a secret without a value.
  const stored = ephemeral(scope, 'StoredSecret', 'aws_secretsmanager_secret_version', {
    provider: provider.fqn,
    secret_id: version.secretId,
    version_id: version.versionId,
  });
  return {
    arns: {
      primary: secret.arn,
      secondary: Fn.replace(secret.arn, `:${regions.primary.name}:`, `:${regions.secondary.name}:`),
    },
    password: `\${jsondecode(${stored}.secret_string).password}`,
  };
}

/**
 * A value that lives only while Terraform runs: it is written to no state and no plan. CDKTF has no construct for it.
 *
 * @returns the address, to which an attribute's name is appended
 */
function ephemeral(scope: Construct, id: string, type: string, body: Record<string, unknown>): string {
  const stack = TerraformStack.of(scope);
  const address = `ephemeral.${type}.${stack.getLogicalId(new Construct(scope, id).node)}`;
  stack.addOverride(address, body);
  return address;
}
