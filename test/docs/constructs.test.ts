import { spawnSync } from 'child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import ts from 'typescript';
import { OPTIONAL_DOMAINS } from '../../lib/multi-region-dr-stack';
import { SETTINGS } from '../../lib/settings';
import { foreignReferences, withoutProvider } from '../support/locality';
import { Synthesized } from '../support/synth';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const filesIn = (folder: string, extension: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(extension))
    .map((file) => join(folder, file))
    .sort();

const pages = [...filesIn('docs/constructs', '.md'), 'README.md'];

/** One program in a page: it must compile and run on its own. */
interface Example {
  readonly name: string;
  readonly code: string;
}

const examples: Example[] = pages.flatMap((page) =>
  [...read(page).matchAll(/^```ts\n([^]*?)^```/gm)].map(([, code], index) => ({ name: `${page} #${index + 1}`, code })),
);

/** What consumers may import, by pattern, and the source behind it: from the `exports` of package.json. */
const entryPoints: [string, string][] = Object.entries<{ types?: string }>(JSON.parse(read('package.json')).exports)
  .filter(([, { types }]) => types !== undefined)
  .map(([subpath, { types = '' }]) => [
    subpath.replace(/^\./, 'cdktf-multi-region-dr'),
    types.replace('./dist/', '').replace('.d.ts', ''),
  ]);

describe('pages', () => {
  test('there is one for every construct', () => {
    const constructs = readdirSync(join(root, 'lib/constructs')).map((file) => file.replace('.ts', '.md'));
    expect(readdirSync(join(root, 'docs/constructs')).sort()).toEqual(
      [...constructs, 'README.md', 'multi-region-dr-stack.md'].sort(),
    );
    const index = read('docs/constructs/README.md');
    for (const construct of constructs) expect(index).toContain(`](${construct})`);
  });

  test('tables are those of the sources: "npm run docs" would change nothing', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/api-docs.mjs', '--check'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }, 120_000);

  test.each(pages.filter((page) => !/README|multi-region-dr-stack/.test(page)))('%s says what it must', (page) => {
    const headings = [...read(page).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'Example',
      'Why so',
      'Bring your own',
      'Props',
      'Outputs',
      'Costs',
      'What it does not do',
      'What to watch',
    ]);
    expect(read(page)).toMatch(/^```ts$/m);
  });

  test('every fact they cite by number is cited in the code or a test too', () => {
    const cited = (files: string[]): Set<string> => new Set(files.flatMap((file) => factsIn(read(file))));
    const known = cited([...filesIn('lib', '.ts'), ...filesIn('lambda', '.ts'), ...filesIn('test', '.ts')]);
    expect([...cited(pages)].filter((rule) => !known.has(rule))).toEqual([]);
  });

  test.each([...pages, 'CHANGELOG.md'])('links of %s lead somewhere', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https:)([^)#]+)(?:#([^)]*))?\)/g)];
    const leadsSomewhere = (path: string, anchor?: string): boolean =>
      existsSync(join(root, path)) && (anchor === undefined || anchorsOf(read(path)).includes(anchor));
    expect(
      links
        .filter(([, path, anchor]) => !leadsSomewhere(join(dirname(page), path), anchor))
        .map(([, path, anchor]) => `${path}#${anchor ?? ''}`),
    ).toEqual([]);
  });
});

describe('README', () => {
  const rows = (first: string): string[][] =>
    read('README.md')
      .split('\n')
      .filter((line) => line.startsWith(first))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );

  test('has every setting with its variable and meaning', () => {
    const settings = rows('| `').filter(([, key, ...rest]) => rest.length === 1 && /^`\w+`$/.test(key));
    expect(settings).toEqual(
      SETTINGS.map(({ variable, name, meaning }) => [`\`${variable}\``, `\`${name}\``, meaning]),
    );
  });

  test('names every domain that can be left out', () => {
    const [, list] = /`disabledDomains` takes any of ([^.]*)\./.exec(read('README.md')) ?? [];
    expect([...list.matchAll(/`([^`]+)`/g)].map(([, domain]) => domain)).toEqual(OPTIONAL_DOMAINS);
  });
});

describe('examples', () => {
  test('compile, strictly', () => {
    expect(diagnosticsOf(examples)).toEqual([]);
  }, 180_000);

  test.each(examples)(
    '$name runs, and every resource names its provider (R-TF-1, R-TF-3)',
    ({ code }) => {
      const stacks = run(code);
      expect(stacks.length).toBeGreaterThan(0);
      for (const stack of stacks) {
        expect(stack.all.length).toBeGreaterThan(0);
        expect(withoutProvider(stack)).toEqual([]);
        expect(foreignReferences(stack)).toEqual([]);
      }
    },
    60_000,
  );
});

/** What the headings of a page can be linked to by. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-'),
  );
}

/** Numbers of facts in a text; `R-EB-1 to R-EB-3` are three. */
function factsIn(text: string): string[] {
  const ranges = [...text.matchAll(/\b(R-[A-Z0-9]+-)(\d+) to \1(\d+)\b/g)].flatMap(([, group, first, last]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => `${group}${Number(first) + index}`),
  );
  return [...ranges, ...(text.match(/\bR-[A-Z0-9]+-\d+\b/g) ?? [])];
}

/** What the compiler says of the examples, as a consumer of the package would hear it: `file: message`. */
function diagnosticsOf(given: readonly Example[]): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const paths = Object.fromEntries(entryPoints.map(([name, source]) => [name, [join(root, `${source}.ts`)]]));
  const files = new Map(given.map(({ code }, index) => [join(root, `test/docs/example-${index}.ts`), code]));
  const compilerOptions = { ...options, paths };
  const host = ts.createCompilerHost(compilerOptions);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.getSourceFile = (path, language, ...rest) => {
    const code = files.get(path);
    return code === undefined ? getSourceFile(path, language, ...rest) : ts.createSourceFile(path, code, language);
  };
  const program = ts.createProgram([...files.keys()], compilerOptions, host);
  return [...files.keys()].flatMap((path, index) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(path))
      .map(({ messageText }) => `${given[index].name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
  );
}

/** Runs a program that ends in `app.synth()`, and reads what it synthesized. */
function run(code: string): Synthesized[] {
  const folder = mkdtempSync(join(tmpdir(), 'example-'));
  const outdir = process.env.CDKTF_OUTDIR;
  process.env.CDKTF_OUTDIR = folder;
  try {
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
    });
    const silent = { log: (): void => undefined };
    new Function('require', 'exports', 'console', outputText)(load, {}, silent);
    return readdirSync(join(folder, 'stacks')).map(
      (stack) => new Synthesized(JSON.parse(readFileSync(join(folder, 'stacks', stack, 'cdk.tf.json'), 'utf8'))),
    );
  } finally {
    if (outdir === undefined) delete process.env.CDKTF_OUTDIR;
    else process.env.CDKTF_OUTDIR = outdir;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `require` for an example: the package is this checkout, everything else what is installed. */
function load(name: string): unknown {
  for (const [pattern, source] of entryPoints) {
    const [before, after] = pattern.split('*');
    if (after === undefined ? name === pattern : name.startsWith(before)) {
      return jest.requireActual(join(root, source.replace('*', name.slice(before.length))));
    }
  }
  return jest.requireActual(name);
}
