import fc from 'fast-check';
import { Refusal } from '../../../lambda/secrets-replicator/refusal';
import { shortName, swapRegion } from '../../../lambda/secrets-replicator/region-swap';
import { chain, readTransformation, regionSwap } from '../../../lambda/secrets-replicator/transformation';
import { Variables } from '../../../lambda/secrets-replicator/variables';

function run(specification: unknown, text: string, values: Record<string, string> = {}, dialect = 'ere'): string {
  const spec = typeof specification === 'string' ? specification : JSON.stringify(specification);
  return readTransformation(spec, { variables: new Variables(values), dialect }).run(text);
}
const rule = (path: string, find: string, replace: unknown) => ({ transformations: [{ path, find, replace }] });

describe('a JSON mapping', () => {
  test('changes each match by itself and nothing else', () => {
    const text = '{"e": ["api.us-east-1", "db.us-east-1", "static", 5, {"k": 1}]}';
    expect(run(rule('$.e[*]', 'us-east-1', 'us-west-2'), text)).toBe(text.replace(/us-east-1/g, 'us-west-2'));
  });

  test('leaves every other byte as it was', () => {
    const text =
      '\n{ "2":12345678901234567890,\t"1" : 1E400,"d":1,"d":"x\\u00e9\\/a", "f":1.10 ,"é":"\\ud83d\\ude00" }\r\n';
    expect(run(rule('$..*', 'a', 'b"'), text)).toBe(text.replace('/a"', '/b\\""'));
    expect(run({ transformations: [] }, text)).toBe(text);
    expect(run({ '$.none': 1, '$[0]': 2, '$.d.x': 3 }, text)).toBe(text);
  });

  test.each([
    ['$', '"x"'],
    ['$.a.b', '{"a":{"b":"x","c":{"b":"_"}},"b":"_"}'],
    ["$['a b'].c", '{"a b":{"c":"x"}}'],
    ['$["a\\"b"]', '{"a\\"b":"x"}'],
    ["$['it\\'s']", '{"it\'s":"x"}'],
    ['$..b', '{"b":"x","a":[{"b":"x"},"_"]}'],
    ['$..[0]', '{"b":["x","_"],"a":{"c":["x","_"]}}'],
    ['$[-1]', '["_","x"]'],
    ['$[-5]', '["_"]'],
    ['$[1:]', '["_","x","x"]'],
    ['$[:-1]', '["x","x","_"]'],
    ['$[::2]', '["x","_","x"]'],
    ['$[::-2]', '["x","_","x"]'],
    ['$[1:3:0]', '["_"]'],
    ["$['a','c']", '{"a":"x","b":"_","c":"x"}'],
    ['$.*.k', '{"a":{"k":"x"},"b":{"k":"x"},"k":"_"}'],
    ['$.größe-2', '{"größe-2":"x"}'],
    ['$..*..a', '{"a":"_","b":{"a":"x"}}'],
  ])('finds %s', (path, text) => {
    const before = text.replace(/x/g, '_');
    expect(run({ [path]: 'x' }, before)).toBe(text);
  });

  test('replaces a whole value by any JSON where it equals, and a part by text only', () => {
    expect(run(rule('$.*', 'a', { n: [1, null] }), '{"x":"a","y":"aa"}')).toBe('{"x":{"n":[1,null]},"y":"aa"}');
    expect(run(rule('$.*', '', 'e'), '{"x":"","y":"a"}')).toBe('{"x":"e","y":"a"}');
    expect(run(rule('$.*', 'aa', 'a'), '{"x":"aaaa"}')).toBe('{"x":"aa"}');
    expect(run({ '$..*': 0 }, '{"a":{"b":1}}')).toBe('{"a":0}');
  });

  test('takes variables as text', () => {
    const values = { NAME: 'a"\\b', KEY: "k'.x" };
    expect(run(rule('$.a', 'v', '${NAME}'), '{"a":"v"}', values)).toBe(JSON.stringify({ a: values.NAME }));
    expect(run({ "$['${KEY}']": { '${KEY}': ['${NAME}'] } }, `{"${values.KEY}":0}`, values)).toBe(
      JSON.stringify({ [values.KEY]: { [values.KEY]: [values.NAME] } }),
    );
  });

  test.each([
    [rule('a', 'b', 'c'), '{}', 'a path starts with $'],
    [rule('$.a[?(@.b)]', 'b', 'c'), '{}', 'a path is malformed, or has a filter, at character 5'],
    [rule('$.', 'b', 'c'), '{}', 'a path is malformed, or has a filter, at character 3'],
    [rule("$['a", 'b', 'c'), '{}', 'a path is malformed, or has a filter, at character 3'],
    [rule("$['\\q']", 'b', 'c'), '{}', 'a path is malformed, or has a filter, at character 7'],
    [rule('$[0', 'b', 'c'), '{}', 'a path is malformed, or has a filter, at character 4'],
    [rule('$a', 'b', 'c'), '{}', 'a path is malformed, or has a filter, at character 2'],
    [
      { transformations: 1 },
      '{}',
      'a JSON mapping has a list "transformations" of path, find and replace, or paths with values',
    ],
    [
      { $: 1, a: 2 },
      '{}',
      'a JSON mapping has a list "transformations" of path, find and replace, or paths with values',
    ],
    ['{"$.a": 12345678901234567890}', '{}', 'a number of a mapping is too large to be kept exactly'],
    [{ '$.a': 1 }, '{"a":01}', 'the text is not JSON from character 7 on'],
    [{ '$.a': 1 }, '{"a" 1}', 'the text is not JSON from character 6 on'],
    [{ '$.a': 1 }, '{a:1}', 'the text is not JSON from character 2 on'],
    [{ '$.a': 1 }, '["a\n"]', 'the text is not JSON from character 4 on'],
    [{ '$.a': 1 }, '["\\x"]', 'the text is not JSON from character 3 on'],
    [{ '$.a': 1 }, '["a', 'the text is not JSON from character 4 on'],
    [{ '$.a': 1 }, '[1,]', 'the text is not JSON from character 4 on'],
    [{ '$.a': 1 }, '[] []', 'the text is not JSON from character 4 on'],
    [{ '$.a': 1 }, '', 'the text is not JSON from character 1 on'],
    [{ '$.a': 1 }, '['.repeat(1000), 'the JSON text is nested too deeply'],
    [{ '$.a': '${NONE}' }, '{}', 'there is no variable NONE'],
  ])('%j on %j is refused', (specification, text, message) => {
    expect(() => run(specification, text)).toThrow(new Refusal(message));
  });

  test('accepts exactly what is JSON, and an empty one changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.nat(4), (json, indent) => {
        let valid = true;
        let text = json;
        try {
          text = JSON.stringify(JSON.parse(json), null, indent);
        } catch {
          valid = false;
        }
        const outcome = ((): string => {
          try {
            return run({ transformations: [] }, text);
          } catch {
            return 'refused';
          }
        })();
        expect(outcome).toBe(valid ? text : 'refused');
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('variables', () => {
  const nasty = 'a/b.c*[d]\\1&\n$^(x)|{2}+?"${REGION}';

  test.each(['ere', 'bre'])('are text in regular expressions and replacements of %s, whatever they hold', (dialect) => {
    const values = { V: nasty.replace('\n', ''), W: nasty };
    expect(run('s/<${V}>/[${W}]/', `<${values.V}>`, values, dialect)).toBe(`[${values.W}]`);
    expect(run('/^${V}$/d', `${values.V}\nx`, values, dialect)).toBe('x');
    expect(run('s,x,\\U${W},', 'x', { W: 'a,b' }, dialect)).toBe('A,B');
    expect(run('s/a\\${V}/[\\${V}]/', 'a', values, dialect === 'ere' ? 'bre' : dialect)).toBe('a');
  });

  test('of any text are put in as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (value, extended) => {
        fc.pre(!/[\n\r\0]/.test(value) && value !== '');
        const dialect = extended ? 'ere' : 'bre';
        expect(run('s/${V}/<${V}>/', `-${value}-`, { V: value }, dialect)).toBe(`-<${value}>-`);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test.each([
    ['y/a/${V}/', 'line 1, column 8: a variable stands in a y command'],
    ['s/[${V}]/x/', 'line 1, column 8: a variable stands in a bracket expression'],
    ['s/${V}*/x/', 'line 1, column 6: a repetition stands on a variable: put it into a group'],
    ['s/a/${NONE}/', 'line 1, column 11: there is no variable NONE'],
  ])('%j is refused', (script, message) => {
    expect(() => run(script, 'a', { V: 'v' })).toThrow(new Refusal(message));
  });

  test('have names in capitals; others are not touched', () => {
    expect(() => new Variables({ 'a-b': 'x' })).toThrow(Refusal);
    expect(run('s/a/${b}/', 'a')).toBe('${b}');
    expect(run('# ${NONE}\ns/a/b/', 'a')).toBe('b');
  });
});

describe('the swap of regions', () => {
  test.each([
    ['us-east-1', 'use1'],
    ['us-west-2', 'usw2'],
    ['eu-central-1', 'euc1'],
    ['ap-southeast-2', 'apse2'],
    ['ap-northeast-3', 'apne3'],
    ['mx-central-1', 'mxc1'],
    ['us-gov-west-1', 'usgw1'],
    ['eusc-de-east-1', 'euscde1'],
  ])('knows %s as %s', (region, short) => {
    expect(shortName(region)).toBe(short);
  });

  test('finds long and short names, zones and zone ids, and nothing that only contains them', () => {
    const text =
      'arn:aws:rds:us-east-1:1:db db.use1.x my-us-east-1-bucket us-east-1a use1-az2 DB_use1_x us-east-12 cause1 use12 xus-east-1 us-east-1ab';
    expect(swapRegion(text, 'us-east-1', 'eu-west-2')).toBe(
      'arn:aws:rds:eu-west-2:1:db db.euw2.x my-eu-west-2-bucket eu-west-2a euw2-az2 DB_euw2_x us-east-12 cause1 use12 xus-east-1 us-east-1ab',
    );
    expect(regionSwap('us-east-1', 'us-east-2').run('us-east-1')).toBe('us-east-2');
    expect(() => swapRegion('x', 'us', 'eu-west-1')).toThrow(Refusal);
  });
});

describe('a specification', () => {
  test('is read by its mode', () => {
    expect(() => readTransformation('{"a": 1}')).toThrow(Refusal);
    expect(() => readTransformation('s/a/b/', { mode: 'json' })).toThrow(new Refusal('the mapping is not JSON'));
    expect(() => readTransformation('', { mode: 'perl' })).toThrow(new Refusal('a mode is auto, sed or json'));
    expect(() => readTransformation('', { dialect: 'pcre' })).toThrow(new Refusal('a dialect is ere or bre'));
    expect(readTransformation('').run('a\nb')).toBe('a\nb');
  });

  test('is one of several that go one after another, of either kind', () => {
    const parts = ['s/us-east-1/us-west-2/', '{"$.a":"b"}'].map((specification) => readTransformation(specification));
    expect(chain(parts).run('{"a":0,"r":"us-east-1"}')).toBe('{"a":"b","r":"us-west-2"}');
    expect(chain([]).run('x')).toBe('x');
  });
});
