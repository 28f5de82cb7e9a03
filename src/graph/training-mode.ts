import type { NodeDef } from '../saved-model/proto/graph_pb.js';
import { canonical } from '../saved-model/reach.js';
import type { SavedModelFile } from '../saved-model/saved-model-file.js';
import { executed } from './executed.js';
import { NotFlatError } from './flat-graph.js';
import { carried } from './flatten.js';
import { Scopes } from './scope.js';

/** What a model does with every run that only training has a use for. */
export interface TrainingMode {
  /** An op that draws random numbers. */
  readonly draws?: string;
  /** An op that norms a batch by its own mean and variance. */
  readonly norms?: string;
  /** A variable of layers that training moves on: a moving mean, the state of a generator. */
  readonly changes?: string;
}

const DRAWS =
  /^(Random(Uniform|UniformInt|StandardNormal|Shuffle|Gamma|Crop)|Stateful(Uniform|StandardNormal|TruncatedNormal)|TruncatedNormal|Multinomial|Rng(ReadAnd)?Skip)/;
/** They draw the same again unless the state that they are given changes. */
const DRAWS_BY_STATE =
  /^Stateless(Random(Uniform|Normal)|TruncatedNormal|Multinomial|Shuffle|SampleDistorted)/;
const NORMS = /^FusedBatchNorm(V2|V3)?$/;
const ASSIGNS = /^Assign/;
const MOVING = /moving_?(mean|var|avg)|seed_generator|(^|\/)(rng|stateful_?uniform|StateVar)/i;

/** The signs of training in what a SavedModel's signatures run; `null` where there are none, or where its functions cannot be followed. */
export function trainingMode(model: SavedModelFile): TrainingMode | null {
  const scopes = new Scopes(model);
  let [draws, byState, norms, changes, assigned]: (string | undefined)[] = [];
  try {
    for (const [, { inputs, outputs }] of carried(model)) {
      const fed = new Set(inputs.map(({ nodes }) => canonical(nodes[0]!)));
      const roots = outputs.map(({ nodes }) => nodes[0]!);
      for (const { scope, node } of executed(scopes, roots, (tensor) => fed.has(tensor))) {
        const { op } = node;
        if (DRAWS.test(op)) draws ??= op;
        else if (DRAWS_BY_STATE.test(op)) byState ??= op;
        else if (NORMS.test(op) && isTraining(node)) norms ??= op;
        else if (ASSIGNS.test(op)) {
          const variable = scopes.resolve(scope, node.input[0] ?? '').node.name;
          assigned ??= variable;
          if (MOVING.test(variable)) changes ??= variable;
        }
      }
    }
  } catch (error) {
    if (!(error instanceof NotFlatError)) throw error;
    return null;
  }
  if (assigned !== undefined) draws ??= byState;
  if (draws === undefined && norms === undefined && changes === undefined) return null;
  return { ...(draws && { draws }), ...(norms && { norms }), ...(changes && { changes }) };
}

/** What to tell of it: what happens, and what to do. */
export function sayTrainingMode({ draws, norms, changes }: TrainingMode): string {
  const happens = [
    ...(draws
      ? [`it draws random numbers (${draws}), so that the same picture is answered otherwise each time`]
      : []),
    ...(norms
      ? [
          `it norms a batch by its own mean and variance (${norms}), so that an answer depends on what runs with it`,
        ]
      : []),
    ...(changes ? [`each run changes its variable ${changes}`] : []),
  ];
  return (
    `it runs as in training: ${happens.join('; ')}. Serve the model.keras that model.save() writes, or export it with training=False, ` +
    'as docs/model-yaml.md shows: model.export() of Keras 3 leaves augmentation switched on.'
  );
}

/** Left out, it is true. */
function isTraining({ attr }: NodeDef): boolean {
  return attr['is_training']?.value.value !== false;
}
