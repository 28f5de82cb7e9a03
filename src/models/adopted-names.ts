import type { Signature } from '../engine/engine.js';
import type { TensorSpec } from '../engine/tensor.js';
import { type Counterpart, counterpartOf, type NamedVersion } from './counterpart.js';
import type { ModelPlan } from './model-plan.js';
import type { ReadyModel } from './servable.js';

/** A version that is asked by the names of another, whose callers do not know that they were sent to it. */
export interface AdoptedNames {
  /** As its callers see it. */
  readonly ready: ReadyModel;
  /** What each signature of theirs is in truth. */
  readonly signatures: ReadonlyMap<string, Counterpart>;
}

/**
 * What has a counterpart under the name that it has in `from`; the rest as it is.
 * @returns `undefined` where all names are the same
 */
export function adoptNames(
  from: NamedVersion,
  to: NamedVersion & { readonly ready: ReadyModel },
): AdoptedNames | undefined {
  const signatures = new Map<string, Counterpart>();
  for (const name of Object.keys(from.ready.loaded.signatures)) {
    const counterpart = counterpartOf(from, to, name);
    if (!('reason' in counterpart)) signatures.set(name, counterpart);
  }
  if ([...signatures].every(([name, counterpart]) => isSame(name, counterpart))) return undefined;
  return { ready: seenAs(to.ready, from.ready.plan.signatureName, signatures), signatures };
}

/** The names that differ, for users: those of one version → those of the other. */
export function otherNames({ inputs, outputs }: Counterpart): Record<string, string> {
  return Object.fromEntries([...inputs, ...outputs].filter(([mine, other]) => mine !== other));
}

function isSame(name: string, counterpart: Counterpart): boolean {
  return counterpart.signature === name && Object.keys(otherNames(counterpart)).length === 0;
}

function seenAs(
  ready: ReadyModel,
  planned: string,
  counterparts: ReadonlyMap<string, Counterpart>,
): ReadyModel {
  const { loaded, plan } = ready;
  const seen = [...counterparts].map(([name, counterpart]): [string, Signature] => {
    return [name, signatureAs(loaded.signatures[counterpart.signature]!, counterpart)];
  });
  const signatures = { ...loaded.signatures, ...Object.fromEntries(seen) };
  const ofPlan = counterparts.get(planned);
  return {
    ...ready,
    loaded: { ...loaded, signatures },
    plan: ofPlan ? planAs(plan, planned, signatures[planned]!, ofPlan) : plan,
  };
}

function planAs(plan: ModelPlan, signatureName: string, signature: Signature, names: Counterpart): ModelPlan {
  const base = { signatureName, signature };
  const input = (name: string): string => nameIn(names.inputs, name);
  switch (plan.task) {
    case 'classification':
    case 'image-to-image':
      return { ...plan, ...base, input: input(plan.input), output: nameIn(names.outputs, plan.output) };
    case 'tensor':
      return {
        ...plan,
        ...base,
        picture: plan.picture && { ...plan.picture, input: input(plan.picture.input) },
      };
  }
}

function signatureAs({ inputs, outputs }: Signature, names: Counterpart): Signature {
  return { inputs: specsAs(inputs, names.inputs), outputs: specsAs(outputs, names.outputs) };
}

/** In the same order; a tensor without a counterpart whose name is another's by now is not shown. */
function specsAs<Spec extends TensorSpec>(
  specs: readonly Spec[],
  names: ReadonlyMap<string, string>,
): readonly Spec[] {
  const isMatched = new Set(names.values());
  return specs
    .filter(({ name }) => isMatched.has(name) || !names.has(name))
    .map((spec) => ({ ...spec, name: nameIn(names, spec.name) }));
}

function nameIn(names: ReadonlyMap<string, string>, theirs: string): string {
  for (const [mine, other] of names) if (other === theirs) return mine;
  return theirs;
}
