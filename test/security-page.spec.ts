import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** A test that docs/security.md names, and what it quotes of the titles. */
interface Named {
  readonly file: string;
  readonly titles: readonly string[];
}

/** The last cell of each row whose table has a column of tests. */
const cells = read('docs/security.md')
  .split('\n## ')
  .filter((section) => section.includes('| promise | test |'))
  .flatMap((section) => section.split('\n').filter((line) => line.startsWith('| ')))
  .map((line) => line.split(' | ').at(-1)!.replace(/ \|$/, ''))
  .filter((cell) => cell !== 'test' && !cell.startsWith('---'));

/** In a cell: a name in backticks, and behind a colon parts of titles, up to the next name. A file without a folder lies beside the one before. */
function namedIn(cell: string): Named[] {
  let folder = '';
  return [...cell.matchAll(/`([^`]+)`(?:: ((?:(?!; `|, `).)+))?/g)]
    .filter(([, name]) => !/^(npm run |[A-Z_]+$)/.test(name!))
    .map(([, name = '', titles]) => {
      const file = name.includes('/')
        ? name
        : name.endsWith('.ts')
          ? `${folder}/${name}`
          : `test/e2e/${name}.e2e.ts`;
      folder = dirname(file);
      return { file, titles: titles?.split('; ').map((title) => title.replaceAll('\\', '')) ?? [] };
    });
}

describe('docs/security.md', () => {
  it.each(cells)('names tests that are there: %s', (cell) => {
    const named = namedIn(cell);
    expect(named).not.toEqual([]);
    expect(
      named.map(({ file }) => file).filter((file) => !existsSync(new URL(`../${file}`, import.meta.url))),
    ).toEqual([]);
    const missing = named.flatMap(({ file, titles }) =>
      titles.filter((title) => !read(file).includes(title)),
    );
    expect(missing).toEqual([]);
  });
});
