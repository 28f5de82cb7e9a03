import { elements as countOf, type Tensor, type TensorSpec } from '../../engine/tensor.js';
import type { JsonNumbers, JsonValue } from '../../json/json-value.js';
import { dimensions } from '../../json/shape.js';
import type { Steps } from '../../turns/slices.js';
import { isBase64Object, readBase64 } from './base64.js';
import { elementsOfDType } from './elements-of-dtype.js';
import type { Elements } from './elements.js';
import { fill } from './fill.js';
import { mixedInput, type Pictures } from './pictures.js';
import { invalidArgument } from './request-error.js';

/** One input of a request in row format, which takes its part of each instance in turn. */
export class RowInput {
  private readonly elements: Elements;
  private readonly pictures: Uint8Array[] = [];
  /** Of the part of each instance; `null` before the first. */
  private shape: readonly number[] | null = null;

  constructor(
    private readonly spec: TensorSpec,
    private readonly instances: number,
    private readonly takesPictures: boolean,
  ) {
    this.elements = elementsOfDType(spec.dtype, instances);
  }

  /** Takes all instances at once, if they are numbers of one shape that are all of the dtype; otherwise does nothing. */
  *takeAll(instances: JsonNumbers): Steps<boolean> {
    if (instances.shape.of === null || !(yield* this.elements.takes(instances))) return false;
    this.shape = dimensions(instances.shape.of);
    yield* this.elements.addNumbers(instances);
    return true;
  }

  /** Throws if the part is not of the dtype, or not like those before it. */
  *take(part: JsonValue): Steps<void> {
    if (this.takesPictures && isBase64Object(part)) {
      if (this.shape !== null) throw mixedInput(this.spec.name);
      this.pictures.push(yield* readBase64(part));
      return;
    }
    if (this.pictures.length > 0) throw mixedInput(this.spec.name);
    const shape = yield* fill(part, this.elements);
    this.shape ??= shape;
    const [size, expected] = [countOf(shape), countOf(this.shape)];
    if (size !== expected) throw invalidArgument(`Expecting tensor size: ${expected} but got: ${size}`);
    if (String(shape) !== String(this.shape)) {
      throw invalidArgument(`Expecting shape [${this.shape}] but got: [${shape}]`);
    }
  }

  finish(): Tensor | Pictures {
    if (this.pictures.length > 0) return { kind: 'pictures', bytes: this.pictures, batched: true };
    const { dtype } = this.spec;
    return { dtype, shape: [this.instances, ...this.shape!], data: this.elements.finish() };
  }
}
