import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack, Testing } from 'cdktf';
import { RegionPair, RegionPairProps } from '../../lib/core/region-pair';
import { synth, synthStack } from '../support/synth';

const pairOf = (props: object): RegionPair =>
  new RegionPair(new TerraformStack(Testing.app(), 'test'), 'Regions', {
    environmentSuffix: 'dev',
    ...props,
  } as RegionPairProps);

const messageOf = (props: object): string => {
  try {
    pairOf(props);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the configuration was accepted');
};

describe('RegionPair', () => {
  test('is us-east-1 and us-east-2, with an aliased provider each and no default provider', () => {
    const { json } = synth(() => undefined);
    expect(json.provider.aws.map(({ alias, region }: { alias: string; region: string }) => [alias, region])).toEqual([
      ['primary', 'us-east-1'],
      ['secondary', 'us-east-2'],
    ]);
  });

  test('requires a Terraform with write-only arguments and a range of providers (R-TF-14)', () => {
    const { terraform } = synth(() => undefined).json;
    expect(terraform.required_version).toBe('>= 1.11');
    expect(terraform.required_providers.aws).toEqual({ source: 'aws', version: '>= 5.100.0, < 7.0.0' });
  });

  test('tags everything of a region with Environment, Region, CostCenter and the tags of the user (R-TF-5)', () => {
    const { json } = synth(() => undefined, { costCenter: 'fintech', tags: { Team: 'payments' } });
    expect(json.provider.aws[1].default_tags).toEqual([
      { tags: { Environment: 'dev', Region: 'us-east-2', CostCenter: 'fintech', Team: 'payments' } },
    ]);
  });

  test('adds a provider for us-east-1 only when neither region is us-east-1 (R-R53-14)', () => {
    const pair = pairOf({ primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' });
    expect(pair.route53Metrics.name).toBe('us-east-1');
    expect(pair.all.map(({ role }) => role)).toEqual(['primary', 'secondary', 'global']);
    expect(pairOf({}).route53Metrics.role).toBe('primary');
    expect(pairOf({ primaryRegion: 'us-east-2', secondaryRegion: 'us-east-1' }).route53Metrics.role).toBe('secondary');
  });

  test('knows the other half', () => {
    const pair = pairOf({});
    expect(pair.peerOf(pair.primary)).toBe(pair.secondary);
    expect(pair.peerOf(pair.secondary)).toBe(pair.primary);
  });

  test('names what is in one region, what is in both, and what is unique in the world', () => {
    const pair = pairOf({ accountId: '123456789012' });
    expect(pair.secondary.resourceName('function', 'health')).toBe('health-secondary-dev');
    expect(pair.sharedName('table', 'transactions')).toBe('transactions-dev');
    expect(pair.primary.bucketName('dr')).toBe('dr-primary-dev-123456789012');
    expect(pair.primary.arn('states', 'stateMachine:x')).toBe('arn:aws:states:us-east-1:123456789012:stateMachine:x');
  });

  test('reads the account through the provider of the region that asks', () => {
    const synthesized = synth((_scope, regions) => void regions.secondary.accountId);
    expect(synthesized.dataSources('aws_caller_identity').map(({ region }) => region)).toEqual(['us-east-2']);
  });

  test('knows the partition of commercial regions and asks for others', () => {
    expect(pairOf({}).primary.partition).toBe('aws');
    const stack = new TerraformStack(Testing.app(), 'test');
    const pair = new RegionPair(stack, 'Regions', {
      environmentSuffix: 'dev',
      primaryRegion: 'us-gov-west-1',
      secondaryRegion: 'us-gov-east-1',
    });
    expect(pair.primary.partition).toContain('TfToken');
    expect(synthStack(stack).dataSources('aws_partition')).toHaveLength(1);
  });

  test('takes providers of the user', () => {
    const stack = new TerraformStack(Testing.app(), 'test');
    const own = new AwsProvider(stack, 'Own', { alias: 'mine', region: 'us-east-1' });
    const pair = new RegionPair(stack, 'Regions', { environmentSuffix: 'dev', primaryProvider: own });
    expect(pair.primary.provider).toBe(own);
    expect(synthStack(stack).json.provider.aws).toHaveLength(2);
  });

  test('has one profile that decides about deletion', () => {
    expect(pairOf({}).protection).toMatchObject({
      profile: 'disposable',
      deletionProtection: false,
      forceDestroy: true,
    });
    expect(pairOf({ protection: 'protected' }).protection).toMatchObject({
      deletionProtection: true,
      forceDestroy: false,
    });
  });

  test.each([
    [{ secondaryRegion: 'us-east-1' }, 'secondaryRegion is "us-east-1"; choose a region other than primaryRegion'],
    [
      { secondaryRegion: 'cn-north-1' },
      'secondaryRegion is "cn-north-1"; choose a region of the same partition as us-east-1',
    ],
    [{ secondaryRegion: 'us-gov-east-1' }, 'choose a region of the same partition'],
    [{ primaryRegion: 'me-south-1' }, 'primaryRegion is "me-south-1"; enable this opt-in region'],
    [{ primaryRegion: 'us-east-1a' }, 'primaryRegion is "us-east-1a"; give the name of an AWS region'],
    [{ primaryRegion: 'virginia' }, 'primaryRegion is "virginia"; give the name of an AWS region'],
    [{ primaryRegion: 7 }, 'primaryRegion is 7; give the name of an AWS region'],
    [{ environmentSuffix: 'Dev' }, 'environmentSuffix is "Dev"; use 1 to 20 lower-case letters'],
    [{ environmentSuffix: '' }, 'environmentSuffix is ""; use 1 to 20'],
    [{ environmentSuffix: 'a--b' }, 'environmentSuffix is "a--b"; use 1 to 20'],
    [{ environmentSuffix: '-dev' }, 'environmentSuffix is "-dev"; use 1 to 20'],
    [{ environmentSuffix: 'x'.repeat(21) }, 'use 1 to 20 lower-case letters'],
    [{ environmentSuffix: undefined }, 'environmentSuffix is missing; give a suffix such as "dev"'],
    [{ protection: 'prod' }, 'protection is "prod"; use one of "disposable", "protected"'],
    [{ tags: { 'aws:x': 'y' } }, 'AWS reserves the prefix "aws:"'],
    [{ tags: { Team: 5 } }, 'tags.Team is 5; give every tag a string'],
    [{ accountId: '12' }, 'accountId is "12"; give the twelve digits of the account'],
    [{ region: 'us-east-1' }, 'region is "us-east-1"; there is no such prop'],
    [{ primaryProvider: 'aws' }, 'primaryProvider is "aws"; give an AwsProvider'],
    [{ allowOptInRegions: 'yes' }, 'allowOptInRegions is "yes"; give true or false'],
  ])('fails on %j', (props, message) => {
    expect(messageOf(props)).toContain(message);
    expect(messageOf(props)).toMatch(/^test\/Regions: /);
  });

  test('allows an opt-in region that was enabled', () => {
    expect(
      pairOf({ primaryRegion: 'me-south-1', secondaryRegion: 'eu-west-1', allowOptInRegions: true }).primary.name,
    ).toBe('me-south-1');
  });

  test('fails on a provider without an alias (R-TF-1)', () => {
    const stack = new TerraformStack(Testing.app(), 'test');
    const own = new AwsProvider(stack, 'Own', { region: 'us-east-1' });
    expect(() => new RegionPair(stack, 'Regions', { environmentSuffix: 'dev', primaryProvider: own })).toThrow(
      'primaryProvider is "test/Own"; give the provider an alias',
    );
  });
});
