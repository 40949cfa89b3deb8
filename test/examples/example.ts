import { readFileSync } from 'fs';
import { join } from 'path';
import { transformSync } from '@swc/core';
import { TerraformStack, Testing } from 'cdktf';
import { Construct } from 'constructs';
import { Page, ROOT } from '../docs/markdown';
import { foreignReferences, withoutProvider } from '../support/locality';
import { Synthesized, synthStack } from '../support/synth';
import { terraformTest, validate } from '../support/terraform';

/** What shows that a requirement is fulfilled: throws when it is not. */
type Check = (synthesized: Synthesized) => void;

/** A program of `examples/`, and what its README promises. */
export interface ExampleProps {
  /** Folder. */
  readonly name: string;
  /** Class of its stack. */
  readonly stack: string;
  /** By the id of the requirement. Each fails on a stack without resources. */
  readonly requirements: Record<string, Check>;
  /** Requirements of the project instead of its resources: a file of the repository, and what it says. */
  readonly files: Record<string, readonly [file: string, text: RegExp]>;
  /** Requirements taken out of the program: the id, what stands in it, and what instead. */
  readonly without: readonly (readonly [id: string, from: string | RegExp, to: string])[];
}

/** A delegated zone: with it every front door speaks HTTPS. */
export const DOMAIN = 'dr.acme.dev';
const ZONE = { domainName: DOMAIN, hostedZoneId: 'Z0123456789ABCDEFGHIJ' };

type Stack = new (scope: Construct, id: string) => TerraformStack;

/** Synthesizes a program, edited if asked to, as the program itself would. */
export function build(
  { name, stack }: Pick<ExampleProps, 'name' | 'stack'>,
  edit = (source: string): string => source,
  context: object = ZONE,
): Synthesized {
  const folder = join(ROOT, 'examples', name);
  const { code } = transformSync(edit(sourceOf(name)), {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  const module = { exports: {} as Record<string, Stack> };
  // The program is compiled here, so that it can be edited without writing to its folder.
  const load = (path: string): unknown => jest.requireActual(path.startsWith('.') ? join(folder, path) : path);
  new Function('require', 'module', 'exports', code)(Object.assign(load, { main: undefined }), module, module.exports);
  const app = Testing.app({ fakeCdktfJsonPath: true, context });
  return synthStack(new module.exports[stack](app, name));
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
export function testExample(props: ExampleProps): void {
  const { name, requirements, files, without } = props;
  const synthesized = build(props);
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
      expect(JSON.stringify(build(props).json)).toBe(JSON.stringify(synthesized.json));
    });

    terraformTest.each([
      ['as it is tested here', ZONE],
      ['with nothing configured', {}],
    ])(
      'is accepted by the real AWS provider: %s',
      (_name, context) => expect(validate(build(props, undefined, context))).toEqual([]),
      120_000,
    );
  });

  describe('the README', () => {
    test('has one row for each requirement that is tested, and no other', () => {
      expect(rows.map(([id]) => id)).toEqual([...new Set(rows.map(([id]) => id))]);
      expect(rows.map(([id]) => id).sort()).toEqual([...Object.keys(requirements), ...Object.keys(files)].sort());
    });

    test('quotes the program as it is', () => {
      const source = sourceOf(name);
      const quoted = rows.flatMap(([id, , cell]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => [id, text]));
      expect(quoted.filter(([, text]) => !source.includes(text))).toEqual([]);
    });

    test('says of every requirement where it is met', () => {
      expect(rows.filter((cells) => cells.length !== 4 || cells.some((cell) => cell === ''))).toEqual([]);
    });
  });

  describe('requirements', () => {
    const empty = new Synthesized({ provider: synthesized.json.provider });

    test.each(Object.entries(requirements))('%s', (_id, check) => {
      check(synthesized);
      expect(() => check(empty)).toThrow();
    });

    test.each(Object.entries(files))('%s', (_id, [file, text]) => {
      expect(readFileSync(join(ROOT, file), 'utf8')).toMatch(text);
    });
  });

  describe('a program that leaves a requirement out fails its test', () => {
    test.each(without)('%s', (id, from, to) => {
      const edited = build(props, (source) => {
        const changed = source.replace(from, to);
        if (changed === source) throw new Error(`the program does not contain ${from}`);
        return changed;
      });
      expect(() => requirements[id](edited)).toThrow();
    });
  });
}
