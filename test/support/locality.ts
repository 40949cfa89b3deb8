import { Json, referencesIn, Synthesized, SynthesizedResource } from './synth';

/** Services without a region: what they refer to may be anywhere, and everything may refer to them. */
const GLOBAL = /^(data\.)?aws_(iam|route53|globalaccelerator|cloudfront)_|^aws_backup_global_settings$/;

/**
 * The arguments that may name something of another region (rule R-TF-3): they are the links between the halves.
 * Keyed by resource type; each entry is the first part of a path in the resource's body.
 */
const LINKS: Record<string, readonly string[]> = {
  aws_backup_plan: ['rule'],
  aws_cloudwatch_dashboard: ['dashboard_body'],
  aws_cloudwatch_event_endpoint: ['event_bus', 'depends_on', 'routing_config'],
  aws_cloudwatch_log_destination: ['target_arn'],
  aws_cloudwatch_metric_alarm: ['dimensions', 'metric_query'],
  aws_db_instance: ['replicate_source_db'],
  aws_db_instance_automated_backups_replication: ['source_db_instance_arn'],
  aws_dynamodb_table: ['replica'],
  aws_dynamodb_table_replica: ['global_table_arn'],
  aws_ecr_replication_configuration: ['replication_configuration', 'depends_on'],
  aws_kms_replica_key: ['primary_key_arn'],
  aws_rds_cluster: ['global_cluster_identifier', 'engine', 'engine_version', 'depends_on'],
  aws_rds_cluster_instance: ['engine', 'engine_version'],
  aws_route: ['vpc_peering_connection_id', 'destination_cidr_block'],
  aws_s3_bucket_replication_configuration: ['rule', 'depends_on'],
  aws_secretsmanager_secret: ['replica'],
  aws_secretsmanager_secret_version: ['secret_string_wo'],
  aws_ssm_parameter: ['value'],
  aws_vpc_peering_connection: ['peer_vpc_id'],
  aws_vpc_peering_connection_accepter: ['vpc_peering_connection_id'],
  aws_vpc_peering_connection_options: ['vpc_peering_connection_id', 'depends_on'],
  aws_vpc_security_group_egress_rule: ['cidr_ipv4'],
  aws_vpc_security_group_ingress_rule: ['cidr_ipv4'],
};

/** Only what replicates to the other region may know it in its environment (rule R-LAM-11). */
const REPLICATOR = /_Replicator_[0-9A-F]{8}$/;

/** The global cluster is an object of no region: its endpoint follows the writer (rule R-AUR-16). */
const EVERYWHERE = /^aws_rds_global_cluster$/;

/** Every reference that leaves its region without being a link, as `from -> to (argument)`. */
export function foreignReferences(synthesized: Synthesized): string[] {
  const byAddress = new Map(synthesized.all.map((r) => [r.address, r]));
  return synthesized.all.flatMap((from) => {
    if (!from.region || GLOBAL.test(from.type)) return [];
    return Object.entries<Json>(from.body)
      .filter(([argument]) => argument !== '//' && !LINKS[from.type]?.includes(argument))
      .filter(([argument]) => !(argument === 'environment' && REPLICATOR.test(from.id)))
      .flatMap(([argument, value]) =>
        referencesIn(value)
          .map((address) => byAddress.get(address))
          .filter((to): to is SynthesizedResource => to !== undefined && isForeign(from, to))
          .filter((to) => !namesReplicaOnly(from, to, value))
          .map((to) => `${from.address} -> ${to.address} (${argument})`),
      );
  });
}

/** Resources and data sources that name no provider (rule R-TF-1). */
export function withoutProvider(synthesized: Synthesized): string[] {
  return synthesized.all.filter((r) => r.type !== 'terraform_data' && r.region === undefined).map((r) => r.address);
}

/** The ARN of a replicated secret, moved to the region that reads it, names the replica there (rule R-SEC-6). */
function namesReplicaOnly(from: SynthesizedResource, to: SynthesizedResource, value: Json): boolean {
  if (!to.body.replica?.some(({ region }: Json) => region === from.region)) return false;
  const replica = `replace(${to.address}.arn, ":${to.region}:", ":${from.region}:")`;
  return !JSON.stringify(value).replaceAll('\\', '').replaceAll(replica, '').includes(to.address);
}

function isForeign(from: SynthesizedResource, to: SynthesizedResource): boolean {
  return to.region !== undefined && to.region !== from.region && !GLOBAL.test(to.type) && !EVERYWHERE.test(to.type);
}
