import { Injectable } from '@nestjs/common';
import { EngineError } from '../../engine/engine.js';
import { PreprocessingService } from '../../preprocessing/preprocessing.service.js';
import type { ModelConfig } from '../model-config.js';
import type { FoundVersion } from '../source/find-versions.js';
import { goldensOf } from './find-goldens.js';
import { proveGoldens } from './prove.js';
import { faultOf } from './sentences.js';
import type { Subject } from './subject.js';

/** Holds a loaded version against its goldens. */
@Injectable()
export class GoldensService {
  constructor(private readonly preprocessing: PreprocessingService) {}

  /**
   * @returns how many goldens the version has, all of which came out right
   * @throws EngineError `load` with what came out wrong, or ConfigError with what is wrong with the goldens themselves
   */
  async prove(
    name: string,
    { modelDirectory, directory, root, number }: FoundVersion,
    { goldens: listed = [], preprocessing = {} }: Partial<ModelConfig>,
    model: Pick<Subject, 'plan' | 'labels' | 'run'>,
  ): Promise<number> {
    const shown = `models/${name}`;
    const goldens = await goldensOf(
      { path: modelDirectory, root, shown },
      { path: directory, root, shown: `${shown}/${number}` },
      listed,
    );
    const proof = await proveGoldens(goldens, { ...model, preprocessing, toPixels: this.toPixels });
    const fault = faultOf(proof, name);
    if (fault !== undefined) throw new EngineError('load', fault);
    return goldens.length;
  }

  /** Takes turns with what clients have sent. */
  private readonly toPixels: Subject['toPixels'] = async (picture, plan, maxPixels) => {
    const { signal } = new AbortController();
    const call = { signal, deadline: Infinity, caller: 'goldens', priority: 'low' } as const;
    return (await this.preprocessing.toPixels(picture, plan, call, maxPixels)).tensor;
  };
}
