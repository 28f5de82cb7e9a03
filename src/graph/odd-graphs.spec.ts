import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { admit } from '../saved-model/admit.js';
import { openVariables } from '../saved-model/bundle.js';
import { withoutPins } from '../saved-model/device-pins.js';
import { seeded } from '../saved-model/mutate.fixture.js';
import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { parseSavedModel, type SavedModelFile } from '../saved-model/saved-model-file.js';
import { withEdges } from './edges.js';
import { NotFlatError } from './flat-graph.js';
import { flatten } from './flatten.js';
import { fuse } from './fuse.js';
import { simplify } from './simplify.js';

const FOLDERS = ['test/fixtures/graphs', 'test/fixtures/models'].flatMap((folder) =>
  readdirSync(folder)
    .map((name) => join(folder, name, '1'))
    .filter((directory) => existsSync(join(directory, 'saved_model.pb'))),
);
const PER_MODEL = 25;
const CARRIED = new Set([DataType.DT_FLOAT, DataType.DT_STRING]);

/** Changes a graph that is sound protobuf in one of the ways in which it need not make sense. */
function disturb(model: SavedModelFile, random: () => number): void {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const bodies = [model.graph.node, ...[...model.functions.values()].map(({ nodeDef }) => nodeDef)];
  const body = pick(bodies.filter((nodes) => nodes.length > 0)) ?? [];
  const [node, other] = [pick(body), pick(body)] as [NodeDef | undefined, NodeDef | undefined];
  if (!node || !other) return;
  const ways: readonly (() => void)[] = [
    () => void (node.op = other.op),
    () => void (node.input = [...other.input]),
    () => void node.input.pop(),
    () => void node.input.push(other.name),
    () => void (node.input[0] = `${other.name}:${Math.floor(random() * 3)}`),
    () => void (node.input[0] = node.name),
    () => {
      const key = pick(Object.keys(node.attr));
      if (key !== undefined) delete node.attr[key];
    },
    () => {
      const key = pick(Object.keys(node.attr));
      if (key !== undefined && other.attr[key]) node.attr[key] = other.attr[key];
    },
    () => {
      const definition = pick([...model.functions.values()]);
      const key = definition && pick(Object.keys(definition.ret));
      if (definition && key !== undefined) definition.ret[key] = other.name;
    },
    () => void pick([...model.functions.values()])?.signature?.inputArg.pop(),
  ];
  pick(ways)?.();
}

/** Anything but a flat graph or a sound refusal throws. */
async function rewrite(model: SavedModelFile, directory: string): Promise<'flat' | 'refused'> {
  const { model: part, refusal } = admit(model, []);
  if (refusal !== null) return 'refused';
  const variables = await openVariables(directory);
  try {
    const graph = fuse(simplify((await flatten(withoutPins(part), variables)).graph));
    withEdges(graph.nodes, graph.signatures, { fed: CARRIED, fetched: CARRIED, pixels: true });
    return 'flat';
  } catch (error) {
    if (error instanceof NotFlatError && /^Its? [^\n]{10,500}\.$/.test(error.message)) return 'refused';
    throw error;
  } finally {
    await variables?.close();
  }
}

it('A graph that makes no sense is rewritten as it is, or refused in one sentence', async () => {
  const random = seeded(7);
  const tally = { flat: 0, refused: 0 };
  for (const directory of FOLDERS) {
    const bytes = readFileSync(join(directory, 'saved_model.pb'));
    for (let round = 0; round < PER_MODEL; round++) {
      const model = parseSavedModel(bytes);
      disturb(model, random);
      tally[await rewrite(model, directory)]++;
    }
  }
  expect(tally.flat).toBeGreaterThan(200);
  expect(tally.refused).toBeGreaterThan(200);
});
