import type { NamedTensors, Signature } from '../engine/engine.js';
import { describeTensor, type TensorSpec } from '../engine/tensor.js';
import { type ModelPlan, pictureInputName } from './model-plan.js';
import type { ReadyModel } from './servable.js';

/** A version whose names are held against those of another. */
export interface NamedVersion {
  readonly version: number;
  readonly ready: Pick<ReadyModel, 'plan' | 'loaded'>;
}

/** The names in one version → those in another of the same model. */
export interface Counterpart {
  readonly signature: string;
  readonly inputs: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
}

/** Why there is none, as a sentence. */
export interface NoCounterpart {
  readonly reason: string;
}

/**
 * What a signature of one version is called in another. What the plans take pictures for and read scores from belongs together; then
 * what has the same name; then what has the same dtype and shape, in order: exporters number names (`keras_tensor`, `keras_tensor_4`),
 * by what else the process had made before.
 */
export function counterpartOf(
  from: NamedVersion,
  to: NamedVersion,
  signatureName: string,
): Counterpart | NoCounterpart {
  const isPlanned = signatureName === from.ready.plan.signatureName;
  const signature = isPlanned ? to.ready.plan.signatureName : signatureName;
  const mine = signatureOf(from, signatureName);
  const other = signatureOf(to, signature);
  if (!mine || !other) {
    const names = Object.keys(to.ready.loaded.signatures).join(', ') || 'none';
    return { reason: `Version ${to.version} has no signature "${signature}"; it has ${names}.` };
  }
  const planned = isPlanned ? plannedPairs(from.ready.plan, to.ready.plan) : NO_PAIRS;
  const inputs = match(mine.inputs, other.inputs, planned.input);
  const strangers = missingFrom(other.inputs, [...inputs.values()]);
  const unmatched = missingFrom(mine.inputs, [...inputs.keys()]);
  if (unmatched[0]) return { reason: lacks(from, to, 'input', unmatched[0], other.inputs) };
  if (strangers[0]) {
    const needs = `Version ${to.version} needs the input ${say(strangers[0])}`;
    return { reason: `${needs}, for which version ${from.version} has none.` };
  }
  const outputs = match(mine.outputs, other.outputs, planned.output);
  const [unanswered] = missingFrom(mine.outputs, [...outputs.keys()]);
  if (unanswered) return { reason: lacks(from, to, 'output', unanswered, other.outputs) };
  return { signature, inputs, outputs };
}

/** Tensors under other names; what has none keeps its own, where that is free. */
export function renamed(tensors: NamedTensors, names: ReadonlyMap<string, string>): NamedTensors {
  const taken = new Set(names.values());
  const entries = Object.entries(tensors).filter(([name]) => names.has(name) || !taken.has(name));
  return Object.fromEntries(entries.map(([name, tensor]) => [names.get(name) ?? name, tensor]));
}

interface Pairs {
  readonly input?: readonly [string, string] | undefined;
  readonly output?: readonly [string, string] | undefined;
}

const NO_PAIRS: Pairs = {};

function plannedPairs(from: ModelPlan, to: ModelPlan): Pairs {
  if (from.task !== to.task) return NO_PAIRS;
  const [mine, other] = [pictureInputName(from), pictureInputName(to)];
  const input = mine !== undefined && other !== undefined ? ([mine, other] as const) : undefined;
  if (from.task === 'tensor' || to.task === 'tensor') return { input };
  return { input, output: [from.output, to.output] };
}

function signatureOf({ ready }: NamedVersion, name: string): Signature | undefined {
  const { signatures } = ready.loaded;
  return Object.hasOwn(signatures, name) ? signatures[name] : undefined;
}

/** @param planned of which is known that they belong together, if they can */
function match(
  mine: readonly TensorSpec[],
  others: readonly TensorSpec[],
  planned: readonly [string, string] | undefined,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const sorted = inOrder(others);
  const pair = (belong: (one: TensorSpec, other: TensorSpec) => boolean): void => {
    for (const one of inOrder(mine)) {
      const found = names.has(one.name)
        ? undefined
        : sorted.find((other) => !taken.has(other.name) && agree(one, other) && belong(one, other));
      if (!found) continue;
      names.set(one.name, found.name);
      taken.add(found.name);
    }
  };
  if (planned) {
    const [here, there] = planned;
    pair((one, other) => one.name === here && other.name === there);
    // A picture goes nowhere else.
    if (!names.has(here)) return names;
  }
  const left = mine.filter(({ name }) => !names.has(name));
  const keepTheirs = left.every((one) =>
    sorted.some((other) => other.name === one.name && !taken.has(other.name) && agree(one, other)),
  );
  pair((one, other) => one.name === other.name && (keepTheirs || !NUMBERED.test(one.name)));
  pair((one, other) => describeTensor(one) === describeTensor(other));
  pair(() => true);
  return names;
}

const NUMBERED = /_\d+$/;

/** `dense_9` before `dense_10`, as they were made; a signature's own order is chance. */
function inOrder(specs: readonly TensorSpec[]): readonly TensorSpec[] {
  return specs.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** Whether some tensor fits both. */
function agree(one: TensorSpec, other: TensorSpec): boolean {
  if (one.dtype !== other.dtype) return false;
  if (one.shape === null || other.shape === null) return true;
  const { shape } = other;
  return (
    one.shape.length === shape.length &&
    one.shape.every((size, axis) => size === null || shape[axis] === null || size === shape[axis])
  );
}

function missingFrom(specs: readonly TensorSpec[], names: readonly string[]): readonly TensorSpec[] {
  return specs.filter(({ name }) => !names.includes(name));
}

function lacks(
  from: NamedVersion,
  to: NamedVersion,
  kind: 'input' | 'output',
  spec: TensorSpec,
  others: readonly TensorSpec[],
): string {
  const has = others.map(say).join('; ') || 'none';
  return `Version ${to.version} has no ${kind} for version ${from.version}'s ${say(spec)}; it has ${has}.`;
}

function say(spec: TensorSpec): string {
  return `"${spec.name}" (${describeTensor(spec)})`;
}
