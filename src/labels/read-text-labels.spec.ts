import { parseTextLabels } from './read-text-labels.js';

function namesOf(text: string): string[] {
  const labels = parseTextLabels(text, 'labels.txt');
  return Array.from({ length: labels.size }, (_, index) => labels.name(index));
}

describe('A label file of text', () => {
  it.each<[string, string, string[]]>([
    ["of Teachable Machine's, whose lines are numbered", '0 Class 1\n1 Class 2\n', ['Class 1', 'Class 2']],
    ['with the line ends of Windows and a byte order mark', '\uFEFF0 cat\r\n1 dog\r\n', ['cat', 'dog']],
    ['with a number that has no name', '0 cat\n1\n2 dog', ['cat', 'Unknown', 'dog']],
    [
      'with more than ten lines',
      `${[...'abcdefghijkl'].map((name, index) => `${index} ${name}`).join('\n')}\n`,
      [...'abcdefghijkl'],
    ],
    ['of names alone', 'cat\ndog \n', ['cat', 'dog']],
    ['with an empty line', 'cat\n\ndog\n\n', ['cat', 'Unknown', 'dog']],
    ['of numbers, which are names', '0\n1\n2\n', ['0', '1', '2']],
    ['of names that begin with numbers', '1 euro\n2 euro\n5 euro', ['1 euro', '2 euro', '5 euro']],
    ['of which one line alone is numbered', '0 cat\n7 up', ['0 cat', '7 up']],
    ['of one name', '0 only', ['only']],
  ])('is read: %s', (_, text, names) => {
    expect(namesOf(text)).toEqual(names);
  });

  it.each(['', '\n \r\n'])('is refused if it is empty', (text) => {
    expect(() => parseTextLabels(text, 'labels.txt')).toThrow(
      'Expected a name in each line for labels.txt but received "".',
    );
  });
});
