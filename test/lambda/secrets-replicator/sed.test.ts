import { spawnSync } from 'child_process';
import fc from 'fast-check';
import { isClassName, isInClass, lowerCase, upperCase } from '../../../lambda/secrets-replicator/sed/characters';
import { Refusal } from '../../../lambda/secrets-replicator/refusal';
import { Sed } from '../../../lambda/secrets-replicator/sed/sed';
import { SedScripts } from './sed-scripts';
import vectors from './sed-vectors.json';

/** What GNU sed makes of it, or undefined where it refuses. */
function gnuSed(script: string, input: string, extended: boolean): string | undefined {
  const { status, stdout } = spawnSync('sed', ['--sandbox', ...(extended ? ['-E'] : []), '-e', script], {
    input,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    maxBuffer: 1 << 28,
  });
  return status === 0 ? stdout.toString() : undefined;
}

function ours(script: string, input: string, extended: boolean): string | undefined {
  try {
    return new Sed(script, extended).run(input);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function refusalOf(script: string, input = 'a\n', extended = false): string {
  try {
    new Sed(script, extended).run(input);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

const isOracleHere = /^sed \(GNU sed\) 4\.9/.test(spawnSync('sed', ['--version']).stdout?.toString() ?? '');
const withOracle = isOracleHere ? test : test.skip;

describe('written cases, whose results are those of GNU sed 4.9', () => {
  /** What is refused though GNU sed carries it out. Nothing else may be. */
  const REFUSED = new Set([
    's/[A-z]/X/Ig',
    's/s/X/Ig',
    's/i/X/Ig',
    's/x*/-/g',
    's/a\\{,2\\}/X/g',
    's/\\(\\)/X/g',
    's/()/X/g',
    's/a**/X/g',
    's/a|/X/g',
    's/|a/X/g',
    's/a{,}/X/g',
    's/a+?/X/g',
    's/\\s*/X/g',
    '#nn\np',
  ]);

  test.each(vectors.map((vector) => [vector.dialect, vector.script, vector.input, vector.output] as const))(
    '%s %j on %j',
    (dialect, script, input, output) => {
      const result = ours(script, input, dialect === 'ere');
      if (result === undefined && REFUSED.has(script)) return;
      expect(result ?? null).toBe(output);
    },
  );

  test('are many, and few of them are refused', () => {
    const good = vectors.filter(({ output }) => output !== null);
    const refused = good.filter(({ script, input, dialect }) => ours(script, input, dialect === 'ere') === undefined);
    expect(good.length).toBeGreaterThan(500);
    expect(refused.length).toBeLessThan(20);
  });
});

describe('random scripts over random texts', () => {
  /** Draws, compares, and says which share of what GNU sed carries out was refused. */
  function compare(characters: readonly string[], numRuns: number): number {
    let carriedOut = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.gen(), fc.boolean(), (draw, extended) => {
        const scripts = new SedScripts(draw, extended, characters);
        const [script, text] = [scripts.script(), scripts.text()];
        const theirs = gnuSed(script, text, extended);
        const mine = ours(script, text, extended);
        if (theirs !== undefined) carriedOut += 1;
        if (theirs !== undefined && mine === undefined) refused += 1;
        else expect({ script, text, result: mine }).toEqual({ script, text, result: theirs });
      }),
      { numRuns, seed: 20240229 },
    );
    return refused / carriedOut;
  }

  withOracle('of ASCII give what GNU sed gives, and little is refused', () => {
    expect(compare(['a', 'b', 'c', 'A', '1', ' ', '_', '.', '-'], 500)).toBeLessThan(0.2);
  });

  withOracle('of other scripts give what GNU sed gives, or are refused', () => {
    const characters = ['a', 'b', 'é', 'É', 'ß', '1', '_', ' ', '日', '😀', '-', '.', 'Σ', 'ς', 'σ'];
    expect(compare(characters, 500)).toBeLessThan(0.2);
  });
});

describe('characters beyond ASCII', () => {
  /** Of what is refused only a sample: a refusal takes its time. */
  const CODES = Array.from({ length: 0x20000 - 0x80 }, (_, index) => index + 0x80).filter(
    (code) =>
      code < 0x540 ||
      (code >= 0x2000 && code < 0x20c0) ||
      (code >= 0x3040 && code < 0x3100) ||
      (code % 64 === 1 && (code < 0xd800 || code > 0xdfff)),
  );
  const TEXT = CODES.map((code) => `${String.fromCodePoint(code)}\n`).join('');
  const linesOf = (script: string): string[] => gnuSed(script, TEXT, false)?.split('\n') ?? [];

  withOracle.each([
    'alnum',
    'alpha',
    'blank',
    'cntrl',
    'digit',
    'graph',
    'lower',
    'print',
    'punct',
    'space',
    'upper',
    'xdigit',
  ])('are in the class %s where GNU sed has them, or the question is refused', (name) => {
    expect(isClassName(name)).toBe(true);
    const lines = linesOf(`s/^[[:${name}:]]$/yes/`);
    const wrong: string[] = [];
    let answered = 0;
    CODES.forEach((code, index) => {
      try {
        const answer = isInClass(name, code);
        answered += 1;
        if (answer !== (lines[index] === 'yes')) wrong.push(code.toString(16));
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
      }
    });
    expect(wrong).toEqual([]);
    expect(answered).toBeGreaterThan(1500);
  });

  withOracle.each([
    ['upper', '\\U', upperCase],
    ['lower', '\\L', lowerCase],
  ] as const)('have the %s case that GNU sed gives them, or it is refused', (_, escape, map) => {
    const lines = linesOf(`s/.*/${escape}&/`);
    const wrong = CODES.filter((code, index) => {
      try {
        return String.fromCodePoint(map(code)) !== lines[index];
      } catch {
        return false;
      }
    });
    expect(wrong).toEqual([]);
  });
});

describe('what is refused', () => {
  test.each([
    [
      's/(a)\\1/x/',
      true,
      'line 1, column 10: a back-reference in a regular expression cannot be matched in linear time',
    ],
    ['p\n:a;ba', false, 'line 2, column 1: only the commands s, y, d, p and blocks are carried out'],
    ['s/a/b/w out', false, 'line 1, column 7: a substitution takes the flags g, p, i, m and a number only'],
    ['s/a/b/e', false, 'line 1, column 7: a substitution takes the flags g, p, i, m and a number only'],
    [
      '#normal\np',
      false,
      'line 1, column 1: GNU sed takes a comment that begins with #n for the option -n: put a space before the n',
    ],
    ['s/a', false, 'line 1, column 3: a delimiter is missing'],
    ['s/[a/x/', false, 'line 1, column 7: a bracket expression is not closed'],
    ['s/\\xe9/x/', false, 'line 1, column 9: a numeric escape is above 127: write the character itself'],
    ['s/\\c1/x/', false, 'line 1, column 8: the escape \\c is not followed by a letter'],
    ['y/a\\x00/bc/', false, 'line 1, column 11: a y command has a NUL'],
    ['s/[a-é]/x/', false, 'line 1, column 10: a range reaches beyond ASCII'],
    [
      's/(^a)*/x/',
      true,
      'line 1, column 10: an assertion such as ^ or \\b stands in what is repeated, which GNU sed does not always get right',
    ],
    ["s/a\\'*/x/", false, 'line 1, column 9: a repetition stands on an assertion such as ^ or \\b'],
    ['s/((a{200}){200}){200}/x/', true, 'line 1, column 25: the regular expression is too large'],
    [`s/${'('.repeat(200)}/x/`, true, 'line 1, column 205: the regular expression is nested too deeply'],
    ['{'.repeat(200), false, 'line 1, column 101: blocks are nested too deeply'],
    ['1,+99999999999999999p', false, 'line 1, column 3: a number is missing or too large'],
    ['s/[[.ch.]]/x/', false, 'line 1, column 13: a collating symbol is more than one character of ASCII'],
    ['s/[A-z]/x/I', false, 'line 1, column 11: a range under the flag I is not within digits or letters of one case'],
  ])('%j', (script, extended, message) => {
    expect(refusalOf(script, 'a\n', extended)).toBe(message);
  });

  test.each([
    ['s/x*/-/g', 'é\n', 'an empty match is followed by a character beyond ASCII, which GNU sed takes apart'],
    ['s/\\w/-/', '\u1c89\n', 'the text has a character whose class differs between versions of Unicode'],
    ['s/.*/\\U&/', '\u1c8a\n', 'the text has a character whose case differs between versions of Unicode'],
    ['s/a/-/I', 'ı\n', 'the flag I meets a character that GNU sed does not handle'],
    ['s/.*/&&&&&&&&/;'.repeat(9), 'a\n', 'the transformation makes too much of this text'],
    ['s//x/', 'a\n', 'an empty regular expression stands where none was used before'],
    ['s/a*/x/;s//\\1/', 'a\n', 'a replacement refers to a group that the regular expression used last does not have'],
    ['s/a.*b\\|a/x/g', `${'a'.repeat(65536)}\n`, 'the transformation takes too much work on this text'],
  ])('%j on this text', (script, text, message) => {
    expect(refusalOf(script, text)).toBe(message);
  });

  test('never with a word of the script', () => {
    const canary = 'PRODPASSWORD2';
    for (const script of [
      `${canary} oops`,
      `s/${canary}`,
      `s/(${canary}/x/`,
      `s/a/${canary}/${canary}`,
      `/${canary}/k`,
    ]) {
      expect(refusalOf(script, 'a', true)).not.toContain(canary.slice(0, 4));
    }
  });
});

describe('a text without which there is no match', () => {
  test.each([
    ['s/us-east-1/X/g', 'us-east-1,us-east-1 us-east-2', 'X,X us-east-2'],
    ['s/aa/b/g', 'aaaaa', 'bba'],
    ['s/aa/b/2', 'aaaaa', 'aaba'],
    ['s/😀/x/g', 'a😀b😀', 'axbx'],
    ['s/b/x/g', 'a😀b😀b', 'a😀x😀x'],
    ['s/a(){0}b/[&]/g', 'ab ab', '[ab] [ab]'],
    ['s/(ab)c|d/x/g', 'd abc', 'x x'],
    ['s/(ab)?cd/x/g', 'cd abcd', 'x x'],
    ['s/[a]b+c/x/g', 'abbc ac', 'x ac'],
    ['s/abc/x/;s//y/g', 'abc abc', 'x y'],
    ['s/abc/x/I', 'aBC', 'x'],
    ['/needle/!d', 'needle\nhay', 'needle\n'],
  ])('%s', (script, text, result) => expect(new Sed(script, true).run(text)).toBe(result));
});

describe('time', () => {
  test.each([
    's/(a|aa)+b/x/',
    's/(a*)*b/x/',
    's/a*a*a*a*a*a*a*ab/x/',
    's/(.*,){12}P/x/',
    's/(a+)+$/x/',
    's/((a{1,9}){1,9})*b/x/',
  ])('%s on 64 KB is a matter of milliseconds', (script) => {
    const sed = new Sed(script, true);
    const start = performance.now();
    // What an expression needs is there, or it would be seen beforehand that nothing matches.
    sed.run(`b,P${'a'.repeat(65532)}!\n`);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
