import { ServiceRole, ServiceRoleProps } from '../../lib/core/iam';
import { Json, synth } from '../support/synth';

/** The condition under which a service assumes the role. */
function conditionOf(props: Partial<ServiceRoleProps>): Json {
  const synthesized = synth(
    (scope, regions) =>
      new ServiceRole(scope, 'Role', {
        region: regions.primary,
        name: 'worker',
        description: 'Works',
        servicePrincipal: 'logs.amazonaws.com',
        statements: [],
        ...props,
      }),
    { accountId: '111122223333' },
  );
  const [statement] = JSON.parse(synthesized.only('aws_iam_role').body.assume_role_policy).Statement;
  expect(statement.Principal).toEqual({ Service: 'logs.amazonaws.com' });
  return statement.Condition;
}

const ACCOUNT = { 'aws:SourceAccount': '111122223333' };

describe('a service assumes a role', () => {
  test('for this account only', () => {
    expect(conditionOf({})).toEqual({ StringEquals: ACCOUNT });
  });

  test('for what it acts for, when that is named: no confused deputy', () => {
    const sourceArn = 'arn:aws:logs:us-east-1:111122223333:*';
    expect(conditionOf({ sourceArn })).toEqual({
      StringEquals: ACCOUNT,
      ArnLike: { 'aws:SourceArn': sourceArn },
    });
    expect(conditionOf({ sourceArn, restrictToAccount: false })).toEqual({ ArnLike: { 'aws:SourceArn': sourceArn } });
  });

  test('under conditions of its own, beside those', () => {
    const trustConditions = {
      StringEquals: { 'sts:ExternalId': '111122223333' },
      ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*' },
      Bool: { 'aws:SecureTransport': 'true' },
    };
    expect(conditionOf({ trustConditions, sourceArn: 'arn:aws:x' })).toEqual({
      StringEquals: { ...ACCOUNT, 'sts:ExternalId': '111122223333' },
      ArnLike: { 'aws:SourceArn': 'arn:aws:x', 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*' },
      Bool: { 'aws:SecureTransport': 'true' },
    });
    expect(conditionOf({ trustConditions, restrictToAccount: false })).toEqual(trustConditions);
  });

  test('without a condition where it says nothing of itself', () => {
    expect(conditionOf({ restrictToAccount: false })).toBeUndefined();
  });
});
