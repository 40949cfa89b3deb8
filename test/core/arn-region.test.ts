import { checkArnRegion, checkArnRegions } from '../../lib/core/arn-region';
import { errorOf, synth } from '../support/synth';

describe('checkArnRegion', () => {
  test.each([
    undefined,
    'arn:aws:acm:us-east-1:123456789012:certificate/abc',
    'arn:aws:iam::123456789012:role/no-region',
    '${aws_acm_certificate.x.arn}',
    'arn:aws:acm:${data.aws_region.x.name}:123456789012:certificate/abc',
  ])('accepts %p in us-east-1', (arn) => {
    synth((scope, regions) => checkArnRegion(scope, 'certificateArn', arn, regions.primary));
  });

  test('fails on a literal of another region, naming both (R-TF-3)', () => {
    const arn = 'arn:aws-us-gov:acm:us-gov-west-1:123456789012:certificate/abc';
    expect(errorOf((scope, regions) => checkArnRegion(scope, 'certificateArn', arn, regions.primary))).toBe(
      `test: certificateArn is "${arn}"; give the ARN of one in us-east-1: ` +
        'AWS does not accept, or does not reach, one of another region here',
    );
  });
});

describe('checkArnRegions', () => {
  test('fails on the first that is of another region', () => {
    const own = 'arn:aws:sns:us-east-1:123456789012:a';
    const other = 'arn:aws:sns:us-east-2:123456789012:a';
    expect(errorOf((scope, regions) => checkArnRegions(scope, regions.primary, { own, none: undefined, other }))).toBe(
      `test: other is "${other}"; give the ARN of one in us-east-1: ` +
        'AWS does not accept, or does not reach, one of another region here',
    );
  });
});
