import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openModel } from '../../engine/open-model.js';
import type { RowReport } from './independent-rows.js';

const FIXTURES = resolve(import.meta.dirname, '../../../test/fixtures');
const WAYS = JSON.parse(readFileSync(join(FIXTURES, 'rows/expected.json'), 'utf8')) as Record<
  string,
  { readonly independent: boolean }
>;

async function told(directory: string): Promise<ReadonlyMap<string, RowReport>> {
  return (await openModel(directory, [])).rows();
}

describe('a graph tells whether it keeps rows apart', () => {
  const reports = told(join(FIXTURES, 'rows/ways/1'));

  it.each(Object.entries(WAYS))('%s', async (name, { independent }) => {
    expect((await reports).get(name)?.independent).toBe(independent);
  });

  it('or says in a sentence which op may mix them', async () => {
    const reasons = [...(await reports).values()].flatMap((report) =>
      report.independent ? [] : [report.reason],
    );
    expect(reasons.length).toBeGreaterThan(30);
    expect(reasons.filter((reason) => !/^Its [^\n]{10,300}\.$/.test(reason))).toEqual([]);
  });
});
