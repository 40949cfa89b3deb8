/**
 * The operations of each service's data plane; all others are control plane.
 *
 * A failover uses data-plane operations only, because control planes are what fails first
 * (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/control-planes-and-data-planes.html).
 */
const DATA_PLANE: Readonly<Record<string, RegExp>> = {
  'arc-region-switch': /PlanExecution|PlanEvaluation|PlanInRegion|InRegion$/,
  dynamodb: /Item$|Items$|^Query$|^Scan$|^ExecuteStatement$|Transaction$|^GetRecords$|^GetShardIterator$/,
  ecr: /^BatchGetImage$|^BatchCheckLayer|Layer|^GetAuthorizationToken$|^PutImage$/,
  events: /^PutEvents$/,
  'execute-api': /./,
  firehose: /^PutRecord/,
  kinesis: /Record|^GetShardIterator$/,
  kms: /crypt$|^GenerateDataKey|^GenerateMac$|^GenerateRandom$|^Sign$|^Verify|^DeriveSharedSecret$/,
  lambda: /^Invoke/,
  logs: /^PutLogEvents$|^GetLogEvents$|^FilterLogEvents$|^StartQuery$|^GetQueryResults$/,
  monitoring: /^PutMetricData$|^GetMetric(Data|Statistics)$/,
  'rds-data': /./,
  'route53-recovery-cluster': /./,
  s3: /Object|^(Create|Complete|Abort|List)Multipart|^UploadPart|^ListParts$|^HeadBucket$/,
  secretsmanager: /^GetSecretValue$|^BatchGetSecretValue$|^GetRandomPassword$/,
  sns: /^Publish/,
  sqs: /Message/,
  ssm: /^GetParameter(s|sByPath)?$/,
  states: /^(Start|StartSync|Stop|Redrive)Execution$|^SendTask|^GetActivityTask$/,
  sts: /./,
  xray: /^PutTraceSegments$|^PutTelemetryRecords$|^GetSampling/,
};

/** S3 names its bucket settings after objects, too; they are control plane. */
const NOT_DATA_PLANE: Readonly<Record<string, RegExp>> = { s3: /ObjectLockConfiguration/ };

/** Whether an operation belongs to the data plane of its service. */
export function isDataPlane(service: string, operation: string): boolean {
  return (DATA_PLANE[service]?.test(operation) ?? false) && !NOT_DATA_PLANE[service]?.test(operation);
}
