import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Construct } from 'constructs';
import { Region } from './region';

/** One statement of an IAM, key or resource policy. */
export interface PolicyStatement {
  readonly sid?: string;
  /** @default 'Allow' */
  readonly effect?: string;
  readonly principals?: Record<string, string | readonly string[]>;
  readonly actions: readonly string[];
  /** @default - none, for trust policies */
  readonly resources?: readonly string[];
  readonly conditions?: Record<string, Record<string, string | readonly string[]>>;
}

/** The JSON of a policy. */
export function policyDocument(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(({ sid, effect, principals, actions, resources, conditions }) => ({
      Sid: sid,
      Effect: effect ?? 'Allow',
      Principal: principals,
      Action: actions,
      Resource: resources,
      Condition: conditions,
    })),
  });
}

/** What a service role is made of. */
export interface ServiceRoleProps {
  /** The region the role works for: IAM is global, so its role is part of the name (rule R-TF-4). */
  readonly region: Region;
  /** First part of the name `{name}-{role}-{suffix}`. */
  readonly name: string;
  readonly description: string;
  /** Who assumes it, such as `lambda.amazonaws.com`. */
  readonly servicePrincipal: string;
  /** What it may do. */
  readonly statements: readonly PolicyStatement[];
  /** Some services do not send the account of the caller. @default true */
  readonly restrictToAccount?: boolean;
  /** What the service acts for, as an ARN with `*`, where it says so (`aws:SourceArn`). @default - anything in the account */
  readonly sourceArn?: string;
  /** What else the service says of itself, such as an external id. @default {} */
  readonly trustConditions?: PolicyStatement['conditions'];
}

/**
 * A role that one AWS service assumes in this account only, with one inline policy that is deleted with it. A service
 * that can be asked by another account to act here would else be a confused deputy.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export class ServiceRole extends Construct {
  public readonly role: IamRole;
  /** Attach it to what must not run before the permissions exist. */
  public readonly policy?: IamRolePolicy;

  constructor(scope: Construct, id: string, props: ServiceRoleProps) {
    super(scope, id);
    const { region } = props;
    this.role = new IamRole(this, 'Resource', {
      provider: region.provider,
      name: region.resourceName('role', props.name),
      description: props.description,
      assumeRolePolicy: policyDocument([
        {
          principals: { Service: props.servicePrincipal },
          actions: ['sts:AssumeRole'],
          conditions: conditionsOfTrust(props),
        },
      ]),
    });
    if (props.statements.length > 0) {
      this.policy = new IamRolePolicy(this, 'Policy', {
        provider: region.provider,
        name: 'default',
        role: this.role.id,
        policy: policyDocument(props.statements),
      });
    }
  }

  public get arn(): string {
    return this.role.arn;
  }
}

function conditionsOfTrust(props: ServiceRoleProps): PolicyStatement['conditions'] {
  const { region, restrictToAccount = true, sourceArn, trustConditions = {} } = props;
  const { StringEquals, ArnLike, ...others } = trustConditions;
  const equal = { ...(restrictToAccount && { 'aws:SourceAccount': region.accountId }), ...StringEquals };
  const like = { ...(sourceArn !== undefined && { 'aws:SourceArn': sourceArn }), ...ArnLike };
  const conditions = {
    ...(Object.keys(equal).length > 0 && { StringEquals: equal }),
    ...(Object.keys(like).length > 0 && { ArnLike: like }),
    ...others,
  };
  return Object.keys(conditions).length > 0 ? conditions : undefined;
}

/** Lets a state machine write its log. Log deliveries have no resources to name. https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
export const DELIVER_LOGS: PolicyStatement = {
  sid: 'DeliverLogs',
  actions: [
    'logs:CreateLogDelivery',
    'logs:CreateLogStream',
    'logs:GetLogDelivery',
    'logs:UpdateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutLogEvents',
    'logs:PutResourcePolicy',
    'logs:DescribeResourcePolicies',
    'logs:DescribeLogGroups',
  ],
  resources: ['*'],
};
