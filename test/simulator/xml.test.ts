import { find, findAll, readXml, textAt, toXml } from '../../simulator/xml';

test('a tree is written, and read again', () => {
  const tree = { Root: { Name: 'a<b & "c"', Items: { member: ['x', 'y'] }, Nothing: undefined, Number: 3, Empty: {} } };
  const document = toXml(tree);
  expect(document).toBe(
    '<Root><Name>a&lt;b &amp; &quot;c&quot;</Name><Items><member>x</member><member>y</member></Items><Number>3</Number><Empty></Empty></Root>',
  );
  const root = find(readXml(document), 'Root');
  expect(textAt(root, 'Name')).toBe('a<b & "c"');
  expect(findAll(readXml(document), 'member').map(({ text }) => text)).toEqual(['x', 'y']);
});

test('attributes, declarations, comments and empty elements are no obstacle', () => {
  const root = readXml('<?xml version="1.0"?><!-- c --><A xmlns="urn:x"><B/><C k="v">&#65;</C></A>');
  expect([textAt(root, 'A', 'B'), textAt(root, 'A', 'C'), textAt(root, 'A', 'D')]).toEqual(['', 'A', undefined]);
});

test('what is no XML is read as far as it goes', () => {
  expect(readXml('</x></y>text<').children).toEqual([]);
});
