import { Certificates } from '../../lib/constructs/certificates';
import { foreignReferences, withoutProvider } from '../support/locality';
import { errorOf, Json, synth } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

const PROPS = { domainName: 'app.dr.your-company.com', zoneId: 'Z0123456789ABCDEFGHIJ' };

describe('Certificates', () => {
  const synthesized = synth((scope, regions) => new Certificates(scope, 'Certificates', { regions, ...PROPS }));

  test.each(['us-east-1', 'us-east-2'])(
    'has a certificate of the one shared name in %s (R-R53-23, R-LB-4)',
    (region) => {
      expect(synthesized.only('aws_acm_certificate', region).body).toMatchObject({
        domain_name: 'app.dr.your-company.com',
        validation_method: 'DNS',
        lifecycle: { create_before_destroy: true },
      });
    },
  );

  test('creates the validation record once, and each region waits for it (R-API-3)', () => {
    const record = synthesized.only('aws_route53_record');
    expect(synthesized.target(record.body.name)).toBe(synthesized.only('aws_acm_certificate', 'us-east-1'));
    expect(record.body).toMatchObject({ zone_id: 'Z0123456789ABCDEFGHIJ', ttl: 60 });
    expect(record.body).not.toHaveProperty('allow_overwrite');
    for (const region of ['us-east-1', 'us-east-2']) {
      const { body } = synthesized.only('aws_acm_certificate_validation', region);
      expect(synthesized.target(body.certificate_arn)).toBe(synthesized.only('aws_acm_certificate', region));
      expect(synthesized.target(body.validation_record_fqdns[0])).toBe(record);
      expect(body.timeouts).toEqual({ create: '30m' });
    }
  });

  test('hands out the ARN of the validation, so that nothing uses a certificate that is not issued', () => {
    const users = synth((scope, regions) => {
      const built = new Certificates(scope, 'Certificates', { regions, ...PROPS });
      scope.addOverride('locals', { primary: built.primary.certificateArn, secondary: built.secondary.certificateArn });
    });
    expect(users.target(users.json.locals.primary)).toBe(users.only('aws_acm_certificate_validation', 'us-east-1'));
    expect(users.target(users.json.locals.secondary)).toBe(users.only('aws_acm_certificate_validation', 'us-east-2'));
  });

  test('every resource names its provider and stays in its region (R-TF-1, R-TF-3)', () => {
    expect(withoutProvider(synthesized)).toEqual([]);
    expect(foreignReferences(synthesized)).toEqual([]);
  });

  test.each<[string, Json, string]>([
    [
      'a reserved name',
      { domainName: 'app.test' },
      'domainName is "app.test"; choose a domain that you own: AWS and the DNS standards reserve this one',
    ],
    ['no zone', { zoneId: undefined }, 'zoneId is missing; give a string'],
    ['an unknown prop', { sans: [] }, 'sans is []; there is no such prop, remove it or correct its spelling'],
  ])('fails on %s', (_, props, message) => {
    expect(errorOf((scope, regions) => new Certificates(scope, 'C', { regions, ...PROPS, ...props }))).toBe(
      `test/C: ${message}`,
    );
  });
});

terraformTest(
  'the real AWS provider accepts it, in a pair without us-east-1 too',
  () => {
    const build = (pair: Json): string[] =>
      validate(synth((scope, regions) => new Certificates(scope, 'Certificates', { regions, ...PROPS }), pair));
    expect(build({})).toEqual([]);
    expect(build({ primaryRegion: 'eu-west-1', secondaryRegion: 'eu-central-1' })).toEqual([]);
  },
  60_000,
);
