import { AcmCertificate } from '@cdktf/provider-aws/lib/acm-certificate';
import { AcmCertificateValidation } from '@cdktf/provider-aws/lib/acm-certificate-validation';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { Construct } from 'constructs';
import { z } from 'zod';
import { domainName } from '../core/domain-name';
import { bothHalves, halfOf } from '../core/halves';
import { Region } from '../core/region';
import { RegionPair } from '../core/region-pair';
import { instance, text, validateProps } from '../core/validation';

/** Props of `Certificates`. */
export interface CertificatesProps {
  /** The two regions. */
  readonly regions: RegionPair;
  /** The one host name that both regions serve, such as `app.dr.your-company.com`. */
  readonly domainName: string;
  /** A public, delegated zone that holds the host name: without delegation the validation never ends. */
  readonly zoneId: string;
}

/** One region's certificate. */
export interface RegionalCertificate {
  /** ARN of the certificate once it is issued: what uses it waits for the validation. */
  readonly certificateArn: string;
}

/** How long Terraform waits for ACM: enough for a delegated zone, and not over an hour for one that is not. */
const VALIDATION_TIMEOUT = '30m';

const schema = z.strictObject({
  regions: instance('a RegionPair'),
  domainName,
  zoneId: text,
});

/**
 * One ACM certificate per region for one host name, so that after a failover clients meet the name they asked for
 * (rules R-R53-23, R-LB-4).
 *
 * ACM gives one account the same validation record for the same name in every region. It is therefore created once, and
 * each region waits for it on its own (rule R-API-3). It stays: ACM needs it for every renewal.
 * https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
 *
 * @throws ConfigurationError for unknown or malformed props
 */
export class Certificates extends Construct {
  public readonly primary: RegionalCertificate;
  public readonly secondary: RegionalCertificate;

  constructor(scope: Construct, id: string, props: CertificatesProps) {
    super(scope, id);
    validateProps(this, schema, props);
    const { regions } = props;

    const certificates = bothHalves(regions, (region, half) => {
      return new AcmCertificate(new Construct(this, half), 'Certificate', {
        provider: region.provider,
        domainName: props.domainName,
        validationMethod: 'DNS',
        tags: { Name: props.domainName },
        lifecycle: { createBeforeDestroy: true },
      });
    });

    const option = certificates.primary.domainValidationOptions.get(0);
    const record = new Route53Record(this, 'ValidationRecord', {
      provider: regions.primary.provider,
      zoneId: props.zoneId,
      name: option.resourceRecordName,
      type: option.resourceRecordType,
      records: [option.resourceRecordValue],
      ttl: 60,
    });

    const validated = (region: Region): RegionalCertificate => {
      const certificate = halfOf(certificates, region);
      const { certificateArn } = new AcmCertificateValidation(certificate.node.scope as Construct, 'Validation', {
        provider: region.provider,
        certificateArn: certificate.arn,
        validationRecordFqdns: [record.fqdn],
        timeouts: { create: VALIDATION_TIMEOUT },
      });
      return { certificateArn };
    };
    this.primary = validated(regions.primary);
    this.secondary = validated(regions.secondary);
  }
}
