import { create, toBinary } from '@bufbuild/protobuf';
import { withoutPins } from './device-pins.js';
import { SavedModelSchema } from './proto/saved_model_pb.js';
import { parseSavedModel } from './saved-model-file.js';

const devicesOf = (...devices: string[]): string[] => {
  const node = devices.map((device, index) => ({ name: `n${index}`, op: 'NoOp', device }));
  const library = { function: [{ signature: { name: 'f' }, nodeDef: node }] };
  const metaGraph = { metaInfoDef: { tags: ['serve'] }, graphDef: { node, library } };
  const saved = create(SavedModelSchema, { metaGraphs: [metaGraph] });
  const model = withoutPins(parseSavedModel(toBinary(SavedModelSchema, saved)));
  const found = model.graph.node.map(({ device }) => device);
  expect(model.functions.get('f')!.nodeDef.map(({ device }) => device)).toEqual(found);
  return found;
};

it('What is pinned to a GPU, or to another machine, runs anywhere; what is pinned to the CPU stays there', () => {
  const here = [
    '',
    '/device:CPU:0',
    '/cpu:0',
    '/job:localhost/replica:0/task:0/device:CPU:0',
    '/device:CPU:*',
  ];
  const elsewhere = [
    '/device:GPU:0',
    '/gpu:1',
    '/job:worker/replica:0/task:3/device:CPU:0',
    '/device:TPU:0',
    '/device:CPU:1',
  ];
  expect(devicesOf(...here)).toEqual(here);
  expect(devicesOf(...elsewhere)).toEqual(elsewhere.map(() => ''));
  expect(devicesOf(...here, ...elsewhere)).toEqual([...here, ...elsewhere.map(() => '')]);
});
