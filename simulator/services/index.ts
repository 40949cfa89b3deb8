import { Accelerators } from '../accelerators';
import { Alarms } from '../alarms';
import { AuroraGlobal } from '../aurora-global';
import { Dns } from '../dns';
import { EventBus } from '../event-bus';
import { EventSources } from '../event-sources';
import { Executions } from '../executions';
import { GlobalEndpoints } from '../global-endpoints';
import { HealthChecks } from '../health';
import { LambdaRunner } from '../lambda-runner';
import { FrontDoors } from '../front-doors';
import { LoadBalancers } from '../load-balancer';
import { Call } from '../request';
import { RestApis } from '../rest-apis';
import { Service, World } from '../world';
import { applicationAutoscaling } from './application-autoscaling';
import { backup } from './backup';
import { backupJobs } from './backup-jobs';
import { cloudtrail } from './cloudtrail';
import { dynamodb } from './dynamodb';
import { ec2 } from './ec2';
import { ecs } from './ecs';
import { eventSourceMappings } from './event-source-mappings';
import { events } from './events';
import { executeApi } from './execute-api';
import { firehose } from './firehose';
import { globalAccelerator } from './global-accelerator';
import { kms } from './kms';
import { lambda } from './lambda';
import { logs } from './logs';
import { monitoring } from './monitoring';
import { rds } from './rds';
import { rdsData } from './rds-data';
import { route53 } from './route53';
import { ObjectStorage } from './s3';
import { scheduler, Schedules } from './scheduler';
import { secretsmanager } from './secretsmanager';
import { sns } from './sns';
import { sqs } from './sqs';
import { ssm } from './ssm';
import { states } from './states';
import { withZoneIds } from './zone-ids';

/** Everything the simulator adds to moto. */
export interface Cloud {
  /** The services that are answered or amended, by their name in the signature's scope; the others are moto's alone. */
  readonly services: Readonly<Record<string, Service>>;
  readonly dns: Dns;
  readonly frontDoors: FrontDoors;
  /** The region in which a call does its work. */
  readonly regionOf: (call: Call) => string;
}

/** Puts the parts together: the only place that knows them all. */
export function cloud(world: World, runner: LambdaRunner): Cloud {
  const bus = new EventBus(world);
  const alarms = new Alarms(world, bus);
  const aurora = new AuroraGlobal(world);
  const loadBalancers = new LoadBalancers(world);
  const accelerators = new Accelerators(world, loadBalancers);
  const apis = new RestApis(world);
  const health: HealthChecks = new HealthChecks(world, alarms, loadBalancers, (name) => dns.targetOf(name));
  const dns = new Dns(world, (check) => health.isHealthy(check));
  const endpoints = new GlobalEndpoints(health);
  const storage = new ObjectStorage(world, bus);
  const schedules = new Schedules(world, bus);
  const sources = new EventSources(world);
  const frontDoors = new FrontDoors(world, dns, [loadBalancers, apis, accelerators]);
  return {
    dns,
    frontDoors,
    regionOf: (call) => {
      if (call.service === 's3') return storage.regionOf(call);
      return call.service === 'events' ? endpoints.regionOf(call) : call.region;
    },
    services: {
      'application-autoscaling': applicationAutoscaling(),
      backup: { ...backup(world), ...backupJobs(world, bus) },
      cloudtrail: cloudtrail(),
      dynamodb: dynamodb(world),
      ec2: ec2(),
      ecs: ecs(),
      events: events(world, bus, endpoints, schedules),
      'execute-api': executeApi(frontDoors),
      firehose: firehose(world),
      globalaccelerator: globalAccelerator(world, accelerators),
      kms: kms(world),
      lambda: { ...lambda(world, runner), ...eventSourceMappings(world, sources) },
      logs: logs(world),
      monitoring: monitoring(world, alarms),
      rds: rds(world, aurora),
      'rds-data': rdsData(aurora),
      route53: withZoneIds(route53(world, health, dns, alarms)),
      s3: storage.service(),
      scheduler: scheduler(schedules),
      secretsmanager: secretsmanager(world, bus),
      sns: sns(sources),
      sqs: sqs(sources),
      ssm: ssm(world, bus),
      states: states(world, new Executions(world, bus)),
    },
  };
}
