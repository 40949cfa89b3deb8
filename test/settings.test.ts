import { readSettings, SETTINGS } from '../lib/settings';

const read = (context: Record<string, unknown>, environment: Record<string, string> = {}): object =>
  readSettings((name) => context[name], environment);

describe('settings', () => {
  test('need nothing', () => {
    expect(read({})).toEqual({ environmentSuffix: 'dev' });
  });

  test('come from the context and from the environment, which wins', () => {
    expect(read({ environmentSuffix: 'a', primaryRegion: 'eu-west-1' }, { ENVIRONMENT_SUFFIX: 'b' })).toEqual({
      environmentSuffix: 'b',
      primaryRegion: 'eu-west-1',
    });
  });

  test('are read by their type', () => {
    expect(
      read({ availabilityZoneCount: 2, tags: { A: 'b' }, disabledDomains: ['backup'], privateZone: true }, {}),
    ).toMatchObject({ availabilityZoneCount: 2, tags: { A: 'b' }, disabledDomains: ['backup'], privateZone: true });
    expect(
      read(
        {},
        { AVAILABILITY_ZONE_COUNT: '4', TAGS: 'A=b, C=d=e', DISABLED_DOMAINS: 'backup, aurora', PRIVATE_ZONE: 'false' },
      ),
    ).toMatchObject({
      availabilityZoneCount: 4,
      tags: { A: 'b', C: 'd=e' },
      disabledDomains: ['backup', 'aurora'],
      privateZone: false,
    });
  });

  test('an empty variable is no value', () => {
    expect(read({}, { DOMAIN_NAME: '' })).toEqual({ environmentSuffix: 'dev' });
  });

  test('have a variable each, in capitals', () => {
    expect(SETTINGS.map(({ variable }) => variable)).toEqual(
      expect.arrayContaining([
        'ENVIRONMENT_SUFFIX',
        'PRIMARY_REGION',
        'SECONDARY_REGION',
        'DOMAIN_NAME',
        'HOSTED_ZONE_ID',
      ]),
    );
  });

  test.each([
    [{}, { AVAILABILITY_ZONE_COUNT: 'three' }, 'environment: AVAILABILITY_ZONE_COUNT is "three"; give a number'],
    [{}, { PRIVATE_ZONE: 'maybe' }, 'environment: PRIVATE_ZONE is "maybe"; give true or false'],
    [{}, { TAGS: 'novalue' }, 'environment: TAGS is "novalue"; give an object of strings, or name=value pairs'],
    [{ environmentSuffix: 5 }, {}, 'cdktf context: environmentSuffix is 5; give a text'],
    [{ disabledDomains: 5 }, {}, 'cdktf context: disabledDomains is 5; give a list'],
    [{ primaryRegion: '' }, {}, 'cdktf context: primaryRegion is ""; give a text that is not empty'],
  ])('fail on %j %j', (context, environment, message) => {
    expect(() => read(context, environment as Record<string, string>)).toThrow(message);
  });
});
