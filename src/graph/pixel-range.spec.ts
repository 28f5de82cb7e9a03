import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { DataType } from '../saved-model/proto/tensor_pb.js';
import { chain, graphOf } from './picture-head.fixture.js';
import { type PixelRange, pixelRange, pixelRanges } from './pixel-range.js';
import type { Evidence } from './pixels/rule.js';

const rangeOf = (nodes: NodeDef[], last: string, ...graph: [shape?: number[], dataType?: DataType]) =>
  pixelRanges(graphOf(nodes, last, ...graph))
    .get('serve')
    ?.get('x');

const used = (
  multiply: number[],
  add: number[],
  kept: [number, number] = [-Infinity, Infinity],
): Evidence => ({
  kind: 'used',
  map: { multiply, add },
  kept,
});

describe('the range of pixels', () => {
  const normalisation = (mean: number[], deviation: number[]): [number[], number[]] => [
    deviation.map((value) => 1 / value),
    deviation.map((value, channel) => -mean[channel]! / value),
  ];
  it.each<[string, number[], number[], PixelRange | undefined]>([
    ['x / 255', [1 / 255], [0], 'raw'],
    ['x / 256', [1 / 256], [0], 'raw'],
    ['x / 127.5 - 1', [1 / 127.5], [-1], 'raw'],
    ['x / 255 - 0.5', [1 / 255], [-0.5], 'raw'],
    ['1 - x / 255', [-1 / 255], [1], 'raw'],
    ['ImageNet, of 0…255', ...normalisation([123.7, 116.3, 103.5], [58.4, 57.1, 57.4]), 'raw'],
    ['dim pictures of 0…255', ...normalisation([20, 20, 20], [17, 17, 17]), 'raw'],
    ['MNIST, of 0…255', ...normalisation([33.3], [78.6]), 'raw'],
    ['caffe', [1, 1, 1], [-103.9, -116.8, -123.7], 'raw'],
    ['x - 128', [1], [-128], 'raw'],
    ['255 - x', [-1], [255], 'raw'],
    ['x * 2 - 1', [2], [-1], 'unit'],
    ['ImageNet, of 0…1', ...normalisation([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]), 'unit'],
    ['x * 255', [255], [0], 'unit'],
    ['caffe of 0…1', [255, 255, 255], [-103.9, -116.8, -123.7], 'unit'],
    ['x', [1], [0], undefined],
    ['x - 0.5', [1], [-0.5], undefined],
    ['1 - x', [-1], [1], undefined],
    ['x / 2 + 0.5, of -1…1', [0.5], [0.5], undefined],
    ['x / 10', [0.1], [0], undefined],
    ['x / 65535', [1 / 65535], [0], undefined],
    ['x * 100', [100], [0], undefined],
    ['x * 2 - 255', [2], [-255], undefined],
    ['x / 255 + 100', [1 / 255], [100], undefined],
    ['channels that disagree', [1 / 255, 2, 2], [0, 0, 0], undefined],
    ['one channel that tells it for sure', [1 / 255, 1, 1], [0, 0, 0], 'raw'],
    ['one channel that may', [1 / 50, 1, 1], [0, 0, 0], undefined],
    ['a damaged constant', [Number.NaN], [0], undefined],
    ['division by zero', [Infinity], [-Infinity], undefined],
  ])('of a head that computes %s', (_, multiply, add, range) => {
    expect(pixelRange([used(multiply, add)])).toBe(range);
  });

  const plain = used([1], [0]);
  it.each<[string, Evidence[], PixelRange | undefined]>([
    ['one branch scales by 255, another not at all', [used([1 / 255], [0]), plain], 'raw'],
    ['one branch multiplies by what may be anything', [used([0.02], [0]), plain], undefined],
    ['both branches do', [used([0.02], [0]), used([0.01], [0])], 'raw'],
    ['branches contradict one another', [used([1 / 255], [0]), used([2], [-1])], undefined],
    ['it is cut off at 0 and 255', [used([1], [0], [0, 255])], 'raw'],
    ['it is cut off at 0 and 1', [used([1], [0], [0, 1])], 'unit'],
    ['it is cut off at -1 and 1', [used([1], [0], [-1, 1])], undefined],
    ['it is cut off at 6', [used([1], [0], [0, 6])], undefined],
    ['its fractions are dropped', [{ kind: 'whole', map: { multiply: [1], add: [0] } }, plain], 'raw'],
    ['it becomes bytes', [{ kind: 'whole', map: { multiply: [255], add: [0] } }, plain], 'unit'],
    ['all that is used is compared with 127', [{ kind: 'compared', value: 127 }], 'raw'],
    ['it is compared with 0.5', [{ kind: 'compared', value: 0.5 }], undefined],
    ['nothing of it is used', [], undefined],
  ])('where %s', (_, evidence, range) => {
    expect(pixelRange(evidence)).toBe(range);
  });

  it.each([DataType.DT_FLOAT, DataType.DT_DOUBLE, DataType.DT_HALF, DataType.DT_BFLOAT16])(
    'is told of inputs of fractions, %d',
    (dataType) => {
      expect(rangeOf(chain(`Mul ${1 / 255}`), 's0', [1, 8, 8, 3], dataType)).toBe('raw');
    },
  );

  it('is told of inputs that may be pictures', () => {
    const head = chain(`Mul ${1 / 255}`);
    expect(rangeOf(head, 's0')).toBe('raw');
    expect(rangeOf(head, 's0', [8, 8, 3])).toBe('raw');
    expect(rangeOf(head, 's0', [1, 8])).toBeUndefined();
    expect(rangeOf(head, 's0', [1, 8, 8, 3], DataType.DT_UINT8)).toBeUndefined();
    expect(rangeOf([], 'x')).toBeUndefined();
  });
});
