import { SecretResult } from '../../../lambda/secrets-replicator/results';
import { MemoryAws } from './memory';
import { changed, furnish, Scenario, SCENARIOS } from './scenarios';
import { TOPOLOGIES } from './topologies';

/** As the scenarios write them; `*` there stands for any reason. */
function told(secrets: readonly SecretResult[], wanted: readonly string[]): string[] {
  return secrets.flatMap(({ secret, destinations }) =>
    destinations.map(({ destination, name, status, reason }) => {
      const head = `${secret} -> ${destination}${name === secret ? '' : ` as ${name}`}: ${status}`;
      if (wanted.includes(`${head}, *`)) return `${head}, *`;
      return reason === undefined ? head : `${head}, ${reason}`;
    }),
  );
}

function stateOf(aws: MemoryAws, { state }: Scenario) {
  const places = Object.keys(state).map((place) => {
    const [region, account] = place.split('/');
    return [place, aws.view(region, account)];
  });
  return Object.fromEntries(places);
}

test('there are at least fifty scenarios, each with a title of its own', () => {
  expect(new Set(SCENARIOS.map(({ title }) => title)).size).toBe(SCENARIOS.length);
  expect(SCENARIOS.length).toBeGreaterThanOrEqual(50);
});

describe.each(TOPOLOGIES)('%s', (_, topology) => {
  test.each(SCENARIOS.map((scenario) => [scenario.title, scenario] as const))('%s', async (_title, scenario) => {
    const aws = new MemoryAws();
    furnish(aws, scenario);
    const { secrets, dead } = await topology(aws, scenario.event ?? changed('PutSecretValue'), scenario.left);
    expect(told(secrets, scenario.results).sort()).toEqual([...scenario.results].sort());
    expect(stateOf(aws, scenario)).toEqual(scenario.state);
    expect(dead.map(({ destinations }) => destinations)).toEqual(scenario.dead ?? []);
    scenario.check?.(aws);
  });
});
