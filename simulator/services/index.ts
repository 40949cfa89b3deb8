import { Alarms } from '../alarms';
import { AuroraGlobal } from '../aurora-global';
import { Dns } from '../dns';
import { EventBus } from '../event-bus';
import { Executions } from '../executions';
import { HealthChecks } from '../health';
import { LambdaRunner } from '../lambda-runner';
import { LoadBalancers } from '../load-balancer';
import { Call } from '../request';
import { Service, World } from '../world';
import { applicationAutoscaling } from './application-autoscaling';
import { backup } from './backup';
import { backupJobs } from './backup-jobs';
import { dynamodb } from './dynamodb';
import { ec2 } from './ec2';
import { ecs } from './ecs';
import { events } from './events';
import { globalAccelerator } from './global-accelerator';
import { kms } from './kms';
import { lambda } from './lambda';
import { monitoring } from './monitoring';
import { rds } from './rds';
import { rdsData } from './rds-data';
import { route53 } from './route53';
import { ObjectStorage } from './s3';
import { scheduler, Schedules } from './scheduler';
import { secretsmanager } from './secretsmanager';
import { sns } from './sns';
import { ssm } from './ssm';
import { states } from './states';

/** Everything the simulator adds to moto. */
export interface Cloud {
  /** The services that are answered or amended, by their name in the signature's scope; the others are moto's alone. */
  readonly services: Readonly<Record<string, Service>>;
  readonly dns: Dns;
  readonly loadBalancers: LoadBalancers;
  /** The region in which a call does its work. */
  readonly regionOf: (call: Call) => string;
}

/** Puts the parts together: the only place that knows them all. */
export function cloud(world: World, runner: LambdaRunner): Cloud {
  const bus = new EventBus(world);
  const alarms = new Alarms(world, bus);
  const aurora = new AuroraGlobal(world);
  const loadBalancers = new LoadBalancers(world);
  const health: HealthChecks = new HealthChecks(world, alarms, loadBalancers, (name) => dns.targetOf(name));
  const dns = new Dns(world, (check) => health.isHealthy(check));
  const storage = new ObjectStorage(world, bus);
  const schedules = new Schedules(world, bus);
  return {
    dns,
    loadBalancers,
    regionOf: (call) => (call.service === 's3' ? storage.regionOf(call) : call.region),
    services: {
      'application-autoscaling': applicationAutoscaling(),
      backup: { ...backup(world), ...backupJobs(world, bus) },
      dynamodb: dynamodb(world),
      ec2: ec2(),
      ecs: ecs(),
      events: events(world, bus, health, schedules),
      globalaccelerator: globalAccelerator(world),
      kms: kms(world),
      lambda: lambda(world, runner),
      monitoring: monitoring(world, alarms),
      rds: rds(aurora),
      'rds-data': rdsData(aurora),
      route53: route53(world, health, dns, alarms),
      s3: storage.service(),
      scheduler: scheduler(schedules),
      secretsmanager: secretsmanager(world, bus),
      sns: sns(),
      ssm: ssm(world, bus),
      states: states(world, new Executions(world, bus)),
    },
  };
}
