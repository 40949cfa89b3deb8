import { Json, Synthesized, SynthesizedResource } from '../support/synth';

/** The regions of the pair, the primary first. */
export function regionsOf({ json }: Synthesized): readonly [string, string] {
  const region = (alias: string): string => json.provider.aws.find((one: Json) => one.alias === alias).region;
  return [region('primary'), region('secondary')];
}

/** The resources of a type, of which there must be some. */
export function some(s: Synthesized, type: string, region?: string): readonly SynthesizedResource[] {
  const found = s.resources(type, region);
  if (found.length === 0) throw new Error(`no ${type} in ${region ?? 'any region'}`);
  return found;
}

/** The bodies of the resources of a type in both regions, of which there must be some in each. */
export function inBoth(s: Synthesized, type: string): readonly Json[] {
  return regionsOf(s).flatMap((region) => some(s, type, region).map(({ body }) => body));
}

/** The one resource of a type in each region, the primary first. */
export function pairOf(s: Synthesized, type: string): readonly [Json, Json] {
  const [primary, secondary] = regionsOf(s);
  return [s.only(type, primary).body, s.only(type, secondary).body];
}

/** The resource with this in its address. */
export function named(s: Synthesized, type: string, part: string, region?: string): Json {
  const found = s.resources(type, region).filter(({ id }) => id.includes(part));
  if (found.length !== 1) throw new Error(`${found.length} ${type} with ${part}, not 1`);
  return found[0].body;
}

/** An alarm on a metric, in each of the regions, that tells a topic of its own region. */
export function alarmsOn(s: Synthesized, metric: string, regions: readonly string[] = regionsOf(s)): readonly Json[] {
  return regions.flatMap((region) => {
    const found = s
      .resources('aws_cloudwatch_metric_alarm', region)
      .filter(({ body }) => body.metric_name === metric || JSON.stringify(body.metric_query ?? '').includes(metric));
    if (found.length === 0) throw new Error(`no alarm on ${metric} in ${region}`);
    return found.map(({ body }) => {
      expect(s.target(body.alarm_actions[0])).toMatchObject({ region, type: expect.stringMatching(/^aws_sns_/) });
      return body;
    });
  });
}

/** An alarm of its own on this metric of every function. */
export function watchesFunctions(s: Synthesized, metric: string, functions = /./): void {
  const watched = alarmsOn(s, metric)
    .filter(({ namespace }) => namespace === 'AWS/Lambda')
    .map(({ dimensions }) => s.target(dimensions.FunctionName).address);
  const all = some(s, 'aws_lambda_function').filter(({ id }) => functions.test(id));
  expect(watched.sort()).toEqual(all.map(({ address }) => address).sort());
}

/** A DynamoDB global table: on demand, recoverable to a point in time on both sides, streams, a key of each region. */
export function globalTable(s: Synthesized, name: string): Json {
  const table = some(s, 'aws_dynamodb_table').find(({ body }) => body.name.startsWith(name));
  expect(table?.body).toMatchObject({
    billing_mode: 'PAY_PER_REQUEST',
    point_in_time_recovery: { enabled: true },
    stream_enabled: true,
    stream_view_type: 'NEW_AND_OLD_IMAGES',
    server_side_encryption: { enabled: true, kms_key_arn: expect.stringContaining('aws_kms_key.') },
  });
  const replica = some(s, 'aws_dynamodb_table_replica', regionsOf(s)[1]).find(({ body }) =>
    body.global_table_arn.includes(table?.address),
  );
  expect(replica?.body).toMatchObject({
    point_in_time_recovery: true,
    kms_key_arn: expect.stringContaining('aws_kms_replica_key.'),
  });
  return table?.body;
}

/** S3 replication with Replication Time Control, from each of these sources. */
export function replicatesBuckets(s: Synthesized, sources: readonly string[]): void {
  expect(some(s, 'aws_s3_bucket_replication_configuration').map(({ region }) => region)).toEqual(sources);
  for (const { body, region } of some(s, 'aws_s3_bucket_replication_configuration')) {
    const [rule] = body.rule;
    expect(rule.status).toBe('Enabled');
    expect(rule.filter).toBeDefined();
    expect(rule.destination.replication_time).toEqual({ status: 'Enabled', time: { minutes: 15 } });
    expect(rule.destination.metrics.status).toBe('Enabled');
    expect(s.target(rule.destination.bucket).region).not.toBe(region);
    expect(body.depends_on.filter((one: string) => one.startsWith('aws_s3_bucket_versioning.'))).toHaveLength(2);
  }
}

/** Failover records of a name, each to its region: the primary's follows a health check, the secondary's none. */
export function failoverRecords(s: Synthesized, name: string): void {
  const records = some(s, 'aws_route53_record').filter(({ body }) => body.name === name);
  const [primary, secondary] = ['PRIMARY', 'SECONDARY'].map(
    (type) => records.find(({ body }) => body.failover_routing_policy?.type === type)?.body,
  );
  expect(s.target(primary.health_check_id).body.type).toBe('CALCULATED');
  expect(secondary.alias.evaluate_target_health).toBe(true);
  expect([primary, secondary].map(({ alias }) => s.target(alias.name).region)).toEqual([...regionsOf(s)]);
}

/** One HTTPS check per region that asks the load balancer of that region by its own name. */
export function checksBothEndpoints(s: Synthesized, interval: number): void {
  const checks = some(s, 'aws_route53_health_check').filter(({ body }) => body.fqdn);
  expect(checks.map(({ body }) => s.target(body.fqdn).region).sort()).toEqual([...regionsOf(s)].sort());
  for (const { body } of checks) {
    expect(body).toMatchObject({ type: 'HTTPS', resource_path: '/health', request_interval: interval });
    expect(body.failure_threshold).toBe(3);
    expect(body.fqdn).not.toContain('example.com');
  }
}

/** An EventBridge global endpoint over two buses of one name, with replication. */
export function globalEndpoint(s: Synthesized): void {
  const [primary, secondary] = pairOf(s, 'aws_cloudwatch_event_bus');
  expect(primary.name).toBe(secondary.name);
  const { body } = s.only('aws_cloudwatch_event_endpoint');
  expect(body.event_bus).toHaveLength(2);
  expect(body.replication_config.state).toBe('ENABLED');
  expect(body.routing_config.failover_config.secondary.route).toBe(regionsOf(s)[1]);
  expect(s.target(body.routing_config.failover_config.primary.health_check).type).toBe('aws_route53_health_check');
}

/** Two VPCs that reach each other: a peering connection, accepted, with a route in every route table. */
export function peering(s: Synthesized): void {
  const [own, peer] = pairOf(s, 'aws_vpc').map(({ cidr_block }) => cidr_block);
  expect(own).not.toBe(peer);
  s.only('aws_vpc_peering_connection', regionsOf(s)[0]);
  s.only('aws_vpc_peering_connection_accepter', regionsOf(s)[1]);
  for (const region of regionsOf(s)) {
    const peered = s.resources('aws_route', region).filter(({ body }) => body.vpc_peering_connection_id);
    const tables = new Set(peered.map(({ body }) => s.target(body.route_table_id).address));
    expect(tables.size).toBe(some(s, 'aws_route_table', region).length);
    const there = region === regionsOf(s)[0] ? peer : own;
    for (const { body } of peered) expect(body.destination_cidr_block).toBe(there);
  }
}

/** The subnets of one kind in each region. */
export function subnets(s: Synthesized, kind: string, count: number): void {
  for (const region of regionsOf(s)) {
    expect(some(s, 'aws_subnet', region).filter(({ id }) => id.includes(kind))).toHaveLength(count);
  }
}

/** A rule in each region that starts a function which writes parameters to the other one. */
export function replicatesParameters(s: Synthesized): void {
  const [primary, secondary] = regionsOf(s);
  for (const [region, target] of [
    [primary, secondary],
    [secondary, primary],
  ]) {
    const [{ body: replicator, address }] = some(s, 'aws_lambda_function', region).filter(({ id }) =>
      /Configuration_(Primary|Secondary)_Replicator/.test(id),
    );
    expect(replicator.environment.variables.TARGET_REGION).toBe(target);
    // Values that are encrypted are encrypted again, with the key of where they go.
    expect(s.target(replicator.environment.variables.TARGET_KEY_ARN).region).toBe(target);
    const started = some(s, 'aws_cloudwatch_event_target', region)
      .filter(({ body }) => s.target(body.arn).address === address)
      .map(({ body }) => s.target(body.rule).body);
    expect(started.some(({ event_pattern }) => event_pattern?.includes('Parameter Store Change'))).toBe(true);
    expect(started.some(({ schedule_expression }) => schedule_expression === 'rate(60 minutes)')).toBe(true);
  }
}

/** The same functions in both regions: code, size, time-out, names of the variables. */
export function sameFunctions(s: Synthesized): readonly Json[] {
  const half = (region: string): Json =>
    some(s, 'aws_lambda_function', region).map(({ body }) => [
      body.source_code_hash,
      body.memory_size,
      body.timeout,
      body.runtime,
      Object.keys(body.environment.variables),
    ]);
  const [primary, secondary] = regionsOf(s);
  expect(half(primary)).toEqual(half(secondary));
  return some(s, 'aws_lambda_function').map(({ body }) => body);
}

/** A daily plan whose backups are copied to a vault of the secondary, for what has the tag. */
export function dailyBackup(s: Synthesized, taggedType: string): void {
  const plan = named(s, 'aws_backup_plan', 'Primary');
  expect(plan.rule[0]).toMatchObject({ schedule: 'cron(0 5 * * ? *)', lifecycle: { delete_after: 7 } });
  const [copy] = plan.rule[0].copy_action;
  expect(s.target(copy.destination_vault_arn).region).toBe(regionsOf(s)[1]);
  const [tag] = named(s, 'aws_backup_selection', 'Primary').selection_tag;
  expect(some(s, taggedType).some(({ body }) => body.tags?.[tag.key] === tag.value)).toBe(true);
}

/** A dashboard in each region, with the metrics of both. */
export function dashboards(s: Synthesized): void {
  for (const where of regionsOf(s)) {
    const { dashboard_body } = named(s, 'aws_cloudwatch_dashboard', '_Dashboard_', where);
    for (const region of regionsOf(s)) expect(dashboard_body).toContain(`"region":"${region}"`);
  }
}

/** Every bucket, table, database and load balancer as the profile says. */
export function deletable(s: Synthesized, yes: boolean): void {
  for (const { body } of some(s, 'aws_s3_bucket')) expect(body.force_destroy).toBe(yes);
  for (const { body } of some(s, 'aws_dynamodb_table')) expect(body.deletion_protection_enabled).toBe(!yes);
  for (const { body } of some(s, 'aws_lb')) expect(body.enable_deletion_protection).toBe(!yes);
  for (const { body } of some(s, 'aws_kms_key')) expect(body.lifecycle.prevent_destroy).toBe(!yes);
  for (const type of ['aws_rds_cluster', 'aws_db_instance'])
    for (const { body } of s.resources(type))
      expect([body.deletion_protection, body.skip_final_snapshot]).toEqual([!yes, yes || body.skip_final_snapshot]);
}

/** Names that carry the suffix. */
export function suffixed(s: Synthesized, suffix: string): void {
  const KEYS: Record<string, string> = {
    aws_lambda_function: 'function_name',
    aws_s3_bucket: 'bucket',
    aws_iam_role: 'name',
    aws_dynamodb_table: 'name',
    aws_sns_topic: 'name',
    aws_sqs_queue: 'name',
    aws_lb: 'name',
    aws_kms_alias: 'name',
    aws_cloudwatch_metric_alarm: 'alarm_name',
    aws_cloudwatch_dashboard: 'dashboard_name',
  };
  for (const [type, key] of Object.entries(KEYS)) {
    for (const { body } of some(s, type)) expect(body[key]).toMatch(new RegExp(`[-/]${suffix}(-|$)`));
  }
}

/** A customer-managed key in each region, rotated. */
export function keyPerRegion(s: Synthesized): void {
  const [primary, secondary] = regionsOf(s);
  expect(s.only('aws_kms_key', primary).body.enable_key_rotation).toBe(true);
  s.only('aws_kms_replica_key', secondary);
}

/** What stores, and the argument that names its key. */
const KEY_OF: Record<string, string> = {
  aws_backup_vault: 'kms_key_arn',
  aws_cloudwatch_log_group: 'kms_key_id',
  aws_db_instance: 'kms_key_id',
  aws_dynamodb_table: 'server_side_encryption.kms_key_arn',
  aws_dynamodb_table_replica: 'kms_key_arn',
  aws_ebs_volume: 'kms_key_id',
  aws_rds_cluster: 'kms_key_id',
  aws_secretsmanager_secret: 'kms_key_id',
  aws_sns_topic: 'kms_master_key_id',
};

/** Everything that stores is encrypted, with the key of its region where AWS allows one. */
export function encrypted(s: Synthesized): void {
  const inRegion = (reference: string, region?: string): void => {
    expect(s.target(reference)).toMatchObject({ region, type: expect.stringMatching(/^aws_kms_(replica_)?key$/) });
  };
  for (const [type, path] of Object.entries(KEY_OF)) {
    for (const { body, region } of s.resources(type))
      inRegion(
        path.split('.').reduce((node, key) => node?.[key], body),
        region,
      );
  }
  // The replicator's variables say nothing that is worth a key; those of the others do.
  for (const { body, region, id } of some(s, 'aws_lambda_function'))
    if (!id.includes('_Replicator_')) inRegion(body.kms_key_arn, region);
  for (const { body, region } of some(s, 'aws_sqs_queue'))
    if (!body.sqs_managed_sse_enabled) inRegion(body.kms_master_key_id, region);
  const buckets = some(s, 'aws_s3_bucket_server_side_encryption_configuration');
  expect(buckets).toHaveLength(some(s, 'aws_s3_bucket').length);
  for (const { body, id, region } of buckets) {
    const { sse_algorithm, kms_master_key_id } = body.rule[0].apply_server_side_encryption_by_default;
    // Log delivery writes with SSE-S3 only.
    if (id.includes('_Logs_')) expect([sse_algorithm, kms_master_key_id]).toEqual(['AES256', undefined]);
    else inRegion(kms_master_key_id, region);
  }
}

/** TLS on the way: listeners, and bucket policies that refuse anything else. */
export function encryptedInTransit(s: Synthesized): void {
  for (const region of regionsOf(s)) {
    const protocols = some(s, 'aws_lb_listener', region).map(({ body }) => body.protocol);
    expect(protocols).toContain('HTTPS');
  }
  for (const { body } of some(s, 'aws_lb_listener').filter(({ body: one }) => one.protocol === 'HTTP')) {
    expect(body.default_action[0].type).toBe('redirect');
  }
  const policies = some(s, 'aws_s3_bucket_policy');
  expect(policies).toHaveLength(some(s, 'aws_s3_bucket').length);
  for (const { body } of policies) expect(body.policy).toContain('"aws:SecureTransport":"false"');
}

/** No statement of a role allows every action, or every action of a service. */
export function leastPrivilege(s: Synthesized): void {
  for (const { address, body } of [...some(s, 'aws_iam_role_policy'), ...s.resources('aws_iam_policy')]) {
    const allowed = JSON.parse(body.policy.replace(/\$\{[^}]*\}/g, '')).Statement.filter(
      ({ Effect }: Json) => Effect === 'Allow',
    );
    const actions: string[] = allowed.flatMap(({ Action }: Json) => Action);
    const wide = actions.filter((action) => /^(\*|[a-z0-9-]+:\*)$/.test(action));
    expect([address, wide]).toEqual([address, []]);
  }
  for (const { body } of s.resources('aws_iam_role_policy_attachment'))
    expect(body.policy_arn).toMatch(/^\$\{aws_iam_policy\.|:policy\/(service-role\/)?AWSBackupServiceRolePolicyFor/);
}

/** Nothing but load balancers may be reached from everywhere, and these by HTTP and HTTPS only. */
export function closedToTheInternet(s: Synthesized): void {
  const open = some(s, 'aws_vpc_security_group_ingress_rule').filter(({ body }) => body.cidr_ipv4 === '0.0.0.0/0');
  const frontDoors = some(s, 'aws_lb').flatMap(({ body }) =>
    body.security_groups.map((one: string) => s.target(one).id),
  );
  for (const { body } of open) {
    expect(frontDoors).toContain(s.target(body.security_group_id).id);
    expect([80, 443]).toContain(body.from_port);
  }
}

/** Outputs of these names; those that begin with the role of a region are of something in it. */
export function outputs(s: Synthesized, ...names: readonly string[]): void {
  expect(Object.keys(s.json.output ?? {})).toEqual(expect.arrayContaining([...names]));
  const [primary, secondary] = regionsOf(s);
  for (const name of names) {
    const { value } = s.json.output[name];
    if (name.startsWith('primary_')) expect(s.target(value).region).toBe(primary);
    if (name.startsWith('secondary_')) expect(s.target(value).region).toBe(secondary);
  }
}
