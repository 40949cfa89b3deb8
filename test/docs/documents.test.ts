import { existsSync, readFileSync } from 'fs';
import { dirname, join, normalize } from 'path';
import { TerraformStack, Testing } from 'cdktf';
import { MultiRegionDRStack } from '../../lib/multi-region-dr-stack';
import { SETTINGS } from '../../lib/settings';
import { Json, Synthesized, synthStack } from '../support/synth';
import { MANIFEST } from './manifest';
import { callsOf, Page, pages, ROOT, slugOf } from './markdown';

const PAGES = pages();
const OURS = PAGES.filter(({ path }) => ['docs/runbook.md', 'docs/deployment.md'].includes(path));
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

function build(): { system: MultiRegionDRStack; synthesized: Synthesized } {
  const stack = new TerraformStack(Testing.app({ fakeCdktfJsonPath: true }), 'test');
  const system = new MultiRegionDRStack(stack, 'MultiRegionDR', { environmentSuffix: 'dev' });
  return { system, synthesized: synthStack(stack) };
}
const { system, synthesized } = build();

/** The keys of an object, as deep as they go; what lists hold is a matter of the system. */
function keysOf(value: Json, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value)
    .filter(([, child]) => child !== undefined)
    .flatMap(([key, child]) => keysOf(child, `${path}.${key}`));
}

/** Every name of the synthesized system, its references removed. */
function namesOf({ json }: Synthesized): string {
  return JSON.stringify(json);
}

describe.each(PAGES.map((page) => [page.path, page] as const))('%s', (path, page: Page) => {
  test('links to pages and headings that exist', () => {
    const broken = [...page.prose.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target)
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => {
        const [file, anchor] = target.split('#');
        const to = file ? normalize(join(dirname(path), file)) : path;
        if (!existsSync(join(ROOT, to))) return true;
        return anchor !== undefined && !new Page(to).anchors.has(anchor);
      });
    expect(broken).toEqual([]);
  });

  test('names scripts of package.json that exist', () => {
    const named = [...page.text.matchAll(/\bnpm run (?:--silent )?([a-z][a-z0-9:-]*)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('names files that exist', () => {
    const named = [...page.prose.matchAll(/`((?:lib|lambda|test|scripts|docs|bench|drill|\.ci)\/[\w./-]*\w)`/g)];
    expect(named.map(([, file]) => file).filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test('names no path of a machine', () => {
    expect(page.text).not.toMatch(/(^|[\s`"'(])\/(home|root|work|Users|tmp)\//m);
  });
});

describe('what the runbook and the deployment page name', () => {
  test('the manifest they are tried with has the keys of a synthesized one', () => {
    expect(keysOf(MANIFEST).sort()).toEqual(keysOf(system.manifest).sort());
  });

  test('outputs of Terraform exist', () => {
    const named = OURS.flatMap(({ text }) => [...text.matchAll(/terraform output -(?:raw|json) (\w+)/g)]);
    expect(named.length).toBeGreaterThan(2);
    expect(named.map(([, name]) => name).filter((name) => !(name in synthesized.json.output))).toEqual([]);
  });

  test('names that are put together from the suffix exist', () => {
    const named = OURS.flatMap(({ text }) => [...text.matchAll(/([a-z][a-z-]*-(?:primary|secondary))-\$SUFFIX/g)]);
    expect(named.length).toBeGreaterThan(5);
    const ownNames = ['aurora-extra-secondary'];
    const missing = named
      .map(([, name]) => name)
      .filter((name) => !ownNames.includes(name) && !namesOf(synthesized).includes(`"${name}-dev"`));
    expect(missing).toEqual([]);
  });

  test('the name of an instance made by hand is none that Terraform would use', () => {
    const identifiers = synthesized.resources('aws_rds_cluster_instance').map(({ body }) => body.identifier);
    expect(identifiers).not.toContain('aurora-extra-secondary-dev');
    expect(identifiers.every((name: string) => /^aurora-\d+-/.test(name))).toBe(true);
  });

  test('alarms of the table of symptoms exist', () => {
    const named = [...new Page('docs/runbook.md').text.matchAll(/`([a-z][a-z-]*[a-z])-\*`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !namesOf(synthesized).includes(`"${name}-`))).toEqual([]);
  });

  test('settings and variables exist', () => {
    const deployment = new Page('docs/deployment.md');
    const names = SETTINGS.map(({ name }) => name);
    const variables = SETTINGS.map(({ variable }) => variable);
    const cells = (column: number): string[] =>
      deployment
        .table('setting', 'variable')
        .flatMap((row) => [...row[column].matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(cells(0).filter((name) => !names.includes(name))).toEqual([]);
    expect(cells(1).filter((name) => !variables.includes(name))).toEqual([]);
    const assigned = [...deployment.prose.matchAll(/`([A-Z][A-Z_]+)(?:=[^`]*)?`/g)].map(([, name]) => name);
    expect(assigned.filter((name) => ![...variables, 'NS', 'TERRAFORM_PLUGIN_DIR'].includes(name))).toEqual([]);
  });

  test('stacks are named as the application names them', () => {
    const named = PAGES.flatMap(({ text }) => [...text.matchAll(/cdktf (?:deploy|destroy|diff) "?([\w$-]+)/g)]);
    expect(named.length).toBeGreaterThan(3);
    expect(named.map(([, name]) => name).filter((name) => !/^TapStack-(dev|prod|\$SUFFIX)$/.test(name))).toEqual([]);
  });
});

describe('the costs', () => {
  const rows = new Page('docs/deployment.md').table('line', 'how many', 'unit price', 'hours', 'per month');
  const lines = rows.slice(0, -1);
  const howMany = (line: string): number => Number(lines.find(([name]) => name.startsWith(line))?.[1]);
  const count = (type: string): number => synthesized.resources(type).length;

  test('add up', () => {
    for (const [line, number, price, hours, perMonth] of lines) {
      const exact = Number(number) * Number(price) * Number(hours);
      expect([line, Math.abs(exact - Number(perMonth)) < 0.011]).toEqual([line, true]);
    }
    const sum = lines.reduce((total, row) => total + Number(row[4]), 0);
    expect(rows[rows.length - 1][4]).toBe(`**${sum.toFixed(2)}**`);
  });

  test('count what the default system has', () => {
    const zones = 3;
    const interfaces = synthesized
      .resources('aws_vpc_endpoint')
      .filter(({ body }) => body.vpc_endpoint_type === 'Interface').length;
    const metrics = synthesized.resources('aws_cloudwatch_metric_alarm').map(({ body }) => {
      const queries: Json[] = body.metric_query ?? [];
      return queries.filter(({ metric }) => metric).length || 1;
    });
    const fast = synthesized.resources('aws_route53_health_check').filter(({ body }) => body.request_interval === 10);
    expect({
      instances: howMany('Aurora instances'),
      endpoints: howMany('interface endpoints'),
      loadBalancers: howMany('load balancers'),
      addresses: howMany('public IPv4 addresses'),
      gateways: howMany('NAT gateways'),
      keys: howMany('KMS keys'),
      metrics: howMany('metrics of alarms'),
      composites: howMany('composite alarms'),
      dashboards: howMany('dashboards'),
      checks: howMany('health checks'),
      fastChecks: howMany('health checks, fast'),
      volume: howMany('block volume'),
    }).toEqual({
      instances: count('aws_rds_cluster_instance'),
      endpoints: interfaces * zones,
      loadBalancers: count('aws_lb'),
      addresses: count('aws_lb') * zones,
      gateways: count('aws_nat_gateway'),
      keys: count('aws_kms_key') + count('aws_kms_replica_key'),
      metrics: metrics.reduce((total, number) => total + number, 0),
      composites: count('aws_cloudwatch_composite_alarm'),
      dashboards: count('aws_cloudwatch_dashboard'),
      checks: count('aws_route53_health_check'),
      fastChecks: fast.length,
      volume: synthesized.only('aws_ebs_volume').body.size,
    });
    expect(rows.flat().join()).toContain(`${count('aws_cloudwatch_metric_alarm')} alarms`);
  });
});

describe('how pages are read here', () => {
  test('headings become the anchors GitHub makes', () => {
    expect(slugOf("The operator's role")).toBe('the-operators-role');
    expect(slugOf('7. Prove it with a real write')).toBe('7-prove-it-with-a-real-write');
  });

  test('calls end where the shell ends them', () => {
    const shell = [
      'X=$(aws sqs a --query "b | c" --x y)',
      'until aws rds b --c \\',
      "  'd;e' | grep f; do :; done",
      '# aws s3 comment',
      'aws ssm g > file && aws ssm h',
    ].join('\n');
    expect(callsOf('aws', shell)).toEqual(['sqs a --query "b | c" --x y', "rds b --c 'd;e'", 'ssm g', 'ssm h']);
  });
});
