import type { EngineError, EngineInfo, LoadedModel, LoadOptions } from '../engine.js';
import type { TensorHeader } from './tensor-codec.js';

/**
 * What the HTTP process asks of an engine host: a call of the `Engine` contract, or how much memory its process takes. `id` comes back
 * in the answer.
 */
export type HostCall =
  | { readonly call: 'info' }
  | {
      readonly call: 'load';
      readonly model: string;
      readonly directory: string;
      readonly options: LoadOptions;
    }
  | {
      readonly call: 'run';
      readonly model: string;
      readonly signature: string;
      readonly tensors: readonly TensorHeader[];
    }
  | { readonly call: 'unload'; readonly model: string }
  | { readonly call: 'memory' };

export type HostRequest = HostCall & { readonly id: number };

export type HostAnswer =
  | { readonly id: number; readonly info: EngineInfo }
  | { readonly id: number; readonly loaded: LoadedModel }
  | { readonly id: number; readonly tensors: readonly TensorHeader[] }
  | { readonly id: number; readonly unloaded: true }
  | { readonly id: number; readonly residentBytes: number }
  | { readonly id: number; readonly error: { readonly kind: EngineError['kind']; readonly message: string } };
