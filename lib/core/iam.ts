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
}

/** A role that one AWS service assumes in this account only, with one inline policy that is deleted with it. */
export class ServiceRole extends Construct {
  public readonly role: IamRole;
  /** Attach it to what must not run before the permissions exist. */
  public readonly policy?: IamRolePolicy;

  constructor(scope: Construct, id: string, props: ServiceRoleProps) {
    super(scope, id);
    const { region } = props;
    const restricted = props.restrictToAccount ?? true;
    this.role = new IamRole(this, 'Resource', {
      provider: region.provider,
      name: region.resourceName('role', props.name),
      description: props.description,
      assumeRolePolicy: policyDocument([
        {
          principals: { Service: props.servicePrincipal },
          actions: ['sts:AssumeRole'],
          conditions: restricted ? { StringEquals: { 'aws:SourceAccount': region.accountId } } : undefined,
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
