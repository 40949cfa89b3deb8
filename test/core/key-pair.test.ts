import { TerraformVariable } from 'cdktf';
import { keyHalves } from '../../lib/core/key-pair';
import { errorOf, synth } from '../support/synth';

const primaryKeyArn = 'arn:aws:kms:us-east-1:111122223333:key/p';
const secondaryKeyArn = 'arn:aws:kms:us-east-2:111122223333:key/s';

describe('keyHalves', () => {
  test('gives each half the key of its region, or none', () => {
    synth((scope, regions) => {
      expect(keyHalves(scope, regions, { primaryKeyArn, secondaryKeyArn })).toEqual({
        primary: primaryKeyArn,
        secondary: secondaryKeyArn,
      });
      expect(keyHalves(scope, regions, {})).toEqual({ primary: undefined, secondary: undefined });
    });
  });

  test('leaves references alone: their region is not known at synth', () => {
    synth((scope, regions) => {
      const key = new TerraformVariable(scope, 'key', {}).stringValue;
      expect(keyHalves(scope, regions, { primaryKeyArn: key, secondaryKeyArn: key }).secondary).toBe(key);
    });
  });

  test.each([
    [{ primaryKeyArn }, 'test: secondaryKeyArn is missing; give a key of each region, or of neither'],
    [{ secondaryKeyArn }, 'test: primaryKeyArn is missing; give a key of each region, or of neither'],
    [
      { primaryKeyArn, secondaryKeyArn: primaryKeyArn },
      `test: secondaryKeyArn is "${primaryKeyArn}"; give a key of us-east-2`,
    ],
  ])('fails on %j (R-KMS-1)', (props, message) => {
    expect(errorOf((scope, regions) => keyHalves(scope, regions, props))).toBe(message);
  });
});
