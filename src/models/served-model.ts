import { ServingError } from '../errors/serving-error.js';
import type { ModelConfig } from './model-config.js';
import type { Servable } from './servable.js';
import type { Shadow } from './shadow.js';
import { type Caller, defaultVersion, isWithin, pointOf, versionOf } from './traffic.js';

/** Which version of a model a request asks for; the server's choice where it says neither. */
export interface Wanted {
  readonly name: string;
  readonly version?: number | undefined;
  readonly label?: string | undefined;
}

/** Why a request was given to its version, as metrics name it. */
export type Route = 'version' | 'label' | 'default' | 'canary';

/** A model: its versions, in whatever state, and who gets which. */
export class ServedModel {
  servables: readonly Servable[] = [];
  config: Partial<ModelConfig> = {};
  /** Why none of it can be served, as a sentence. */
  fault: string | undefined;
  /** Why what its `model.yaml` says now does not hold, as a sentence. */
  refusal: string | undefined;
  /** Labels of versions that serve. One that moved stays where it was until its new version serves. */
  private labelled: ReadonlyMap<string, number> = new Map();
  shadow: Shadow | undefined;
  /** How many requests that named no version went where. */
  routed = { default: 0, canary: 0 };

  constructor(readonly name: string) {}

  get labels(): ReadonlyMap<string, number> {
    return this.labelled;
  }

  /** The numbers of the versions that serve, the highest first. */
  get serving(): number[] {
    const numbers = this.servables.filter(({ isServing }) => isServing).map(({ version }) => version);
    return [...new Set(numbers)].toSorted((a, b) => b - a);
  }

  /** The version that a request gets which names none, the canary's share aside. */
  get defaultVersion(): number | undefined {
    const { canary, shadow } = this.config;
    return defaultVersion(this.serving, [this.versionOf(canary), this.versionOf(shadow)]);
  }

  /** The version that stands for the model: the default one or, where none serves, the newest. */
  get foremost(): Servable | undefined {
    const version = this.defaultVersion;
    return version === undefined ? this.servables.at(-1) : this.find(version);
  }

  /** The newest generation of a version that serves, or else of one that shall. */
  find(version: number): Servable | undefined {
    const all = this.servables.filter((one) => one.version === version);
    return (
      all.findLast(({ state }) => state === 'AVAILABLE') ??
      all.findLast(({ isServing }) => isServing) ??
      all.findLast(({ aspired }) => aspired) ??
      all.at(-1)
    );
  }

  /** @throws ServingError MODEL_NOT_FOUND, LABEL_NOT_FOUND, MODEL_NOT_READY */
  route(wanted: Wanted, caller: Caller): { servable: Servable; route: Route } {
    if (wanted.version !== undefined) return { servable: this.serve(wanted.version), route: 'version' };
    if (wanted.label !== undefined) {
      const version = this.labelled.get(wanted.label);
      if (version === undefined) throw this.noLabel(wanted.label);
      return { servable: this.serve(version), route: 'label' };
    }
    const { canary } = this.config;
    const target = this.versionOf(canary);
    const toCanary =
      canary && target !== undefined && isWithin(canary.share, pointOf(this.name, caller, canary));
    if (toCanary && this.find(target)?.isServing) return { servable: this.serve(target), route: 'canary' };
    const version = this.defaultVersion;
    if (version === undefined) throw this.notReady();
    return { servable: this.serve(version), route: 'default' };
  }

  /** To be told whenever a version begins or ceases to serve, and when the configuration changed. */
  settleLabels(): void {
    const serving = this.serving;
    const labels = new Map<string, number>();
    for (const [label, version] of Object.entries(this.config.versionLabels ?? {})) {
      const before = this.labelled.get(label);
      if (serving.includes(version)) labels.set(label, version);
      else if (before !== undefined && serving.includes(before)) labels.set(label, before);
    }
    this.labelled = labels;
  }

  versionOf(choice: { readonly to: Parameters<typeof versionOf>[0] } | undefined): number | undefined {
    return choice && versionOf(choice.to, this.labelled);
  }

  private serve(version: number): Servable {
    const servable = this.find(version);
    if (servable?.isServing) return servable;
    const gone = !servable || servable.state === 'UNLOADING' || (servable.state === 'END' && !servable.error);
    throw gone ? this.noVersion(version) : this.notReady(servable);
  }

  private noVersion(version: number): ServingError {
    const serving = this.serving;
    const list = serving.length > 1 ? `versions ${serving.join(', ')}` : `version ${serving[0]}`;
    const sentence = `There is no version ${version} of the model "${this.name}"; it has ${serving.length === 0 ? 'none' : list}.`;
    return new ServingError('MODEL_NOT_FOUND', sentence);
  }

  private noLabel(label: string): ServingError {
    const labels = [...this.labelled.keys()].join(', ') || 'none';
    const sentence = `There is no version of the model "${this.name}" labelled ${JSON.stringify(label)}; the labels are: ${labels}.`;
    return new ServingError('LABEL_NOT_FOUND', sentence);
  }

  private notReady(servable?: Servable): ServingError {
    const isLoading = servable
      ? servable.state === 'START' || servable.state === 'LOADING'
      : this.servables.some(({ state }) => state === 'START' || state === 'LOADING');
    if (isLoading)
      return new ServingError('MODEL_NOT_READY', `The model "${this.name}" is being loaded. Try again.`, {
        retryAfter: 2,
      });
    const sentence = `The model "${this.name}" could not be loaded. GET /models/${this.name} says why.`;
    return new ServingError('MODEL_NOT_READY', sentence, { retryAfter: 30 });
  }
}
