import { readFileSync } from 'fs';
import { join } from 'path';
import { transformSync } from '@swc/core';
import { TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { pauseCreationTraces } from '../../lib/core/creation-traces';
import { ConfigurationError } from '../../lib/core/errors';
import { Page, ROOT } from '../docs/markdown';
import { foreignReferences, withoutProvider } from '../support/locality';
import { Synthesized, synthStack } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';
import { Removal, Subject } from './removals';

/** What shows that a requirement is fulfilled: throws when it is not. May ask for the same system in another context. */
type Check = (synthesized: Synthesized, inContext: (context: object) => Synthesized) => void;

/** A program of `examples/`, and what its README promises. */
export interface ExampleProps<Id extends string> {
  /** Folder. */
  readonly name: string;
  /** Class of its stack. */
  readonly stack: string;
  /** By the id of the requirement. Each fails on a stack without resources. */
  readonly requirements: Record<Id, Check>;
  /** What takes each requirement out, in one way or several: each must fail the check of that requirement. */
  readonly removals: Record<Id, readonly [Removal, ...Removal[]]>;
  /** Requirements of the project instead of its resources: a file of the repository, and lines that it has once. */
  readonly files: Record<string, readonly [file: string, ...lines: RegExp[]]>;
}

/** A delegated zone: with it every front door speaks HTTPS. */
export const DOMAIN = 'dr.acme.dev';
const ZONE = { domainName: DOMAIN, hostedZoneId: 'Z0123456789ABCDEFGHIJ' };

type Program = Pick<ExampleProps<string>, 'name' | 'stack'>;

type Stack = new (scope: Construct, id: string) => TerraformStack;

/** Synthesizes what stands in a program, as the program itself would. */
function build({ name, stack }: Program, source: string, context: object): Synthesized {
  const folder = join(ROOT, 'examples', name);
  const { code } = transformSync(source, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  const module = { exports: {} as Record<string, Stack> };
  // The program is compiled here, so that it can be edited without writing to its folder.
  const load = (path: string): unknown => jest.requireActual(path.startsWith('.') ? join(folder, path) : path);
  new Function('require', 'module', 'exports', code)(Object.assign(load, { main: undefined }), module, module.exports);
  const app = Testing.app({ fakeCdktfJsonPath: true, context });
  const resume = pauseCreationTraces();
  try {
    return synthStack(new module.exports[stack](app, name));
  } finally {
    resume();
  }
}

function errorOf(run: () => void): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

function sourceOf(name: string): string {
  return readFileSync(join(ROOT, 'examples', name, 'main.ts'), 'utf8');
}

/** What identifies a resource, or decides what it does, without all of its body. */
function keyAttributes({ address, region, body }: Synthesized['all'][number]): string {
  const KEYS = ['name', 'bucket', 'identifier', 'cluster_identifier', 'alarm_name', 'engine', 'instance_class'];
  const said = KEYS.filter((key) => typeof body[key] === 'string' && !body[key].includes('${'));
  return [region ?? 'terraform', address, ...said.map((key) => `${key}=${body[key]}`)].join(' ');
}

/** The tests of one example. */
export function testExample<Id extends string>(props: ExampleProps<Id>): void {
  const { name, requirements, removals, files } = props;
  const source = sourceOf(name);
  const ids = Object.keys(requirements) as Id[];
  const built = new Map<string, Synthesized>();
  const subject = (context: object): Subject => {
    const edited: Subject['edited'] = (edit) => {
      const key = JSON.stringify([edit(source), context]);
      const again = built.get(key) ?? build(props, edit(source), { ...ZONE, ...context });
      built.set(key, again);
      return again;
    };
    return { synthesized: edited((same) => same), edited };
  };
  const { synthesized } = subject({});
  const rows = new Page(`examples/${name}/README.md`).table('id');

  describe('the program', () => {
    test('is made of the same resources as before', () => {
      expect(synthesized.all.map(keyAttributes).sort()).toMatchSnapshot();
    });

    test('names a provider on every resource and data source (R-TF-1)', () => {
      expect(withoutProvider(synthesized)).toEqual([]);
    });

    test('keeps every reference inside its region, but for the links (R-TF-3)', () => {
      expect(foreignReferences(synthesized)).toEqual([]);
    });

    test('holds no literal secret and nothing of this machine (decision 5)', () => {
      const text = JSON.stringify(synthesized.json);
      expect(text).not.toMatch(/"(master_password|secret_string|password)":/);
      expect(text).not.toContain(process.cwd());
    });

    test('gives the same bytes twice', () => {
      expect(JSON.stringify(build(props, source, ZONE).json)).toBe(JSON.stringify(synthesized.json));
    });

    terraformTest(
      'is accepted by the real AWS provider as it is tested here',
      () => expect(validate(synthesized)).toEqual([]),
      120_000,
    );

    terraformTest(
      'is accepted by the real AWS provider with nothing configured',
      () => expect(validate(build(props, source, {}))).toEqual([]),
      120_000,
    );
  });

  describe('the README', () => {
    test('has one row for each requirement that is tested, and no other', () => {
      expect(rows.map(([id]) => id)).toEqual([...new Set(rows.map(([id]) => id))]);
      expect(rows.map(([id]) => id).sort()).toEqual([...Object.keys(requirements), ...Object.keys(files)].sort());
    });

    test('quotes the program as it is', () => {
      const quoted = rows.flatMap(([id, , cell]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => [id, text]));
      expect(quoted.filter(([, text]) => !source.includes(text))).toEqual([]);
    });

    test('says of every requirement where it is met', () => {
      expect(rows.filter((cells) => cells.length !== 4 || cells.some((cell) => cell === ''))).toEqual([]);
    });
  });

  describe('requirements', () => {
    test.each(ids)('%s', (id) => {
      requirements[id](synthesized, (context) => subject(context).synthesized);
      const empty = new Synthesized({ provider: synthesized.json.provider });
      expect(() => requirements[id](empty, () => empty)).toThrow();
    });

    test.each(Object.entries(files))('%s', (_id, [file, ...lines]) => {
      const text = readFileSync(join(ROOT, file), 'utf8').split('\n');
      // Once, so that the requirement is gone with that line.
      expect(lines.map((line) => text.filter((one) => line.test(one)).length)).toEqual(lines.map(() => 1));
    });
  });

  describe('a system without it fails the test of a requirement', () => {
    test('for every requirement that is tested', () => {
      expect(Object.keys(removals).sort()).toEqual([...ids].sort());
    });

    test.each(ids.flatMap((id) => removals[id].map((removal, at) => [id, at + 1, removal] as const)))(
      '%s, removal %d',
      (id, _at, removal) => {
        const lacking = removal(subject({}));
        const verdict = errorOf(() => requirements[id](lacking, (context) => removal(subject(context))));
        expect(verdict).toBeInstanceOf(Error);
        // A program that cannot be synthesized shows nothing about the check.
        expect(verdict).not.toBeInstanceOf(ConfigurationError);
      },
    );
  });
}
