#!/usr/bin/env node
/**
 * `npm run docs`: writes into the pages what the sources already say. In docs/constructs, between `<!-- props -->` and
 * `<!-- /props -->` the props of the construct with their defaults, and between `<!-- outputs -->` and
 * `<!-- /outputs -->` what it exposes; in README.md, between `<!-- synth -->` and `<!-- /synth -->`, the table that
 * `npm run synth` prints. Everything else on a page is written by hand.
 *
 * `--check` writes nothing, names the pages that would change, and fails if there are any.
 */
import { spawnSync } from 'child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { fileURLToPath } from 'url';
import prettier from 'prettier';
import ts from 'typescript';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const pages = join(root, 'docs/constructs');

/** The page without a construct of its own documents what every construct is given. */
const SOURCES = { README: 'lib/core/region-pair.ts', 'multi-region-dr-stack': 'lib/multi-region-dr-stack.ts' };

/** Every exported declaration of the library, by name. The sources are parsed, not compiled: that takes no time. */
const declarations = new Map(
  ['lib', 'lib/core', 'lib/constructs'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => parse(`${folder}/${file}`).map((declaration) => [declaration.name.text, declaration])),
  ),
);

/** The construct of each page. */
const constructs = new Map(
  readdirSync(pages)
    .filter((file) => file.endsWith('.md'))
    .map((file) => {
      const source = SOURCES[file.slice(0, -3)] ?? `lib/constructs/${file.slice(0, -3)}.ts`;
      if (!existsSync(join(root, source)))
        throw new Error(`docs/constructs/${file} is about ${source}, which does not exist`);
      return [file, parse(source).find((one) => ts.isClassDeclaration(one))];
    }),
);

const stale = [];
for (const [file, construct] of constructs) {
  await update(join(pages, file), { props: () => propsTable(construct), outputs: () => outputTables(construct) });
}
await update(join(root, 'README.md'), { synth: synthTable });
if (stale.length > 0) {
  console.error(`out of date, run "npm run docs": ${stale.join(', ')}`);
  process.exit(1);
}

/** Fills the marked parts of a page. A page without a marker of that name is an error: its table would be missed. */
async function update(path, parts) {
  const before = readFileSync(path, 'utf8');
  let after = before;
  for (const [name, write] of Object.entries(parts)) {
    const marked = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!marked.test(after)) throw new Error(`${path} has no <!-- ${name} --> ... <!-- /${name} -->`);
    const text = write();
    after = after.replace(marked, (_, open, close) => `${open}\n${text}\n\n${close}`);
  }
  after = await prettier.format(after, { ...(await prettier.resolveConfig(path)), filepath: path });
  if (after === before) return;
  if (process.argv.includes('--check')) stale.push(path.slice(root.length + 1));
  else writeFileSync(path, after);
}

function parse(path) {
  const text = readFileSync(join(root, path), 'utf8');
  return ts
    .createSourceFile(path, text, ts.ScriptTarget.Latest, true)
    .statements.filter((one) => (ts.isClassDeclaration(one) || ts.isInterfaceDeclaration(one)) && isExported(one));
}

function isExported(node) {
  return ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function propsTable(construct) {
  const rows = membersOf(declarations.get(`${construct.name.text}Props`)).map(
    ({ name, type, optional, text, fallback }) => [
      `\`${name}\``,
      `\`${type}\``,
      optional ? (fallback ?? '') : 'required',
      text,
    ],
  );
  return table(['prop', 'type', 'default', 'meaning'], rows);
}

/** What the construct exposes, and then each type of this library in which it does, unless that has a page of its own. */
function outputTables(construct) {
  const members = membersOf(construct);
  const types = [...new Set(members.map(({ type }) => type))].filter((type) => declarations.has(type) && !pageOf(type));
  return [
    outputTable(members),
    ...types.map((name) => {
      const holders = members.filter(({ type }) => type === name).map((member) => `\`${member.name}\``);
      return `${holders.length > 1 ? 'Each of ' : ''}${holders.join(', ')} (\`${name}\`):\n\n${outputTable(membersOf(declarations.get(name)))}`;
    }),
  ].join('\n\n');
}

function outputTable(members) {
  const rows = members.map(({ name, type, optional, text }) => [
    `\`${name}\``,
    `\`${optional ? `${type} | undefined` : type}\``,
    pageOf(type) ? `See [${type}](${pageOf(type)}).` : text,
  ]);
  return table(['output', 'type', 'meaning'], rows);
}

function pageOf(type) {
  return [...constructs].find(([, construct]) => construct.name.text === type)?.[0];
}

/** Public members of an interface or a class, its own before those it inherits from an interface of this library. */
function membersOf(declaration) {
  const inherited = (declaration.heritageClauses ?? [])
    .flatMap(({ types }) => types)
    .map(({ expression }) => declarations.get(expression.getText()))
    .filter((one) => one && ts.isInterfaceDeclaration(one));
  return [...declaration.members.filter(isPublicValue).map(memberOf), ...inherited.flatMap(membersOf)];
}

function isPublicValue(member) {
  if (ts.isPropertySignature(member)) return true;
  const kinds = (ts.getModifiers(member) ?? []).map(({ kind }) => kind);
  if (!kinds.includes(ts.SyntaxKind.PublicKeyword)) return false;
  return ts.isPropertyDeclaration(member) || ts.isGetAccessor(member) || ts.isMethodDeclaration(member);
}

function memberOf(member) {
  const own = member.name.getText();
  const holder = (ts.getModifiers(member) ?? []).some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)
    ? `${member.parent.name.text}.`
    : '';
  const parameters = ts.isMethodDeclaration(member)
    ? `(${member.parameters.map(({ name }) => name.getText()).join(', ')})`
    : '';
  const [doc] = member.jsDoc ?? [];
  const tag = doc?.tags?.find(({ tagName }) => tagName.text === 'default');
  return {
    name: `${holder}${own}${parameters}`,
    type: member.type.getText().replaceAll('readonly ', ''),
    optional: member.questionToken !== undefined,
    text: inOneLine(doc?.comment) || inWords(own),
    fallback: tag && inCode(inOneLine(tag.comment)),
  };
}

function inOneLine(comment) {
  return (ts.getTextOfJSDocComment(comment) ?? '').replace(/\s+/g, ' ').trim();
}

/** A default that is a value, as code; one that starts with a hyphen is in words. */
function inCode(text) {
  if (text.startsWith('- ')) return text.slice(2);
  return text.replace(/^('[^']*'|\[[^\]]*\]|\{[^}]*\}|true|false|\d+)/, '`$1`');
}

/** What the name of an undocumented member says: `primaryProcessorName` is `Processor name, primary region.` */
function inWords(name) {
  if (/^(primary|secondary)$/.test(name)) return `What is in the ${name} region: see below.`;
  const [, role, rest] = /^(primary|secondary)?(.+)$/.exec(name);
  const words = rest
    .replace(/([A-Z])/g, ' $1')
    .trim()
    .toLowerCase()
    .replace(/\barn\b/g, 'ARN')
    .replace(/\burl\b/g, 'URL')
    .replace(/\bdns\b/g, 'DNS')
    .replace(/\bvpc\b/g, 'VPC');
  return `${words[0].toUpperCase()}${words.slice(1)}${role ? `, ${role} region` : ''}.`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** With no settings, whatever the machine has, and beside the output of other runs, which may be going on. */
function synthTable() {
  const outdir = `node_modules/.cache/api-docs-${process.pid}`;
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, CDKTF_OUTDIR: outdir };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/synth.mjs'], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  rmSync(join(root, outdir), { recursive: true, force: true });
  if (status !== 0) throw new Error(`the synth for README.md failed:\n${stderr}`);
  const [printed] = /^.*: resources by domain and region\n[^]*?\nall .*$/m.exec(stdout);
  return `\`\`\`text\n${printed.replace(/ +$/gm, '')}\n\`\`\``;
}
