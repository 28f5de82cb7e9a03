import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openVariables } from './bundle.js';
import { DataType } from './proto/tensor_pb.js';
import { writeBundle } from './write-bundle.js';

it('A bundle that was written is read as it was written, checksums verified', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bundle-'));
  try {
    const variables = ['b', 'a/ü', 'a'].map((name, index) => ({
      name,
      dataType: [DataType.DT_FLOAT, DataType.DT_INT64, DataType.DT_UINT8][index]!,
      shape: [index, 2],
      bytes: Uint8Array.from({ length: index * 2 * [4, 8, 1][index]! }, (_, byte) => byte * 7 + index),
    }));
    await writeBundle(variables, directory);
    const bundle = (await openVariables(directory))!;
    for (const { name, dataType, shape, bytes } of variables) {
      expect(bundle.entries.get(name)).toMatchObject({ dataType, shape });
      expect(Buffer.compare(await bundle.read(name), bytes)).toBe(0);
    }
    expect(bundle.entries.size).toBe(variables.length);
    await bundle.close();
  } finally {
    await rm(directory, { recursive: true });
  }
});
