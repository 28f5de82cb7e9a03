import { IsOptional, IsString } from 'class-validator';
import type { NumberList } from '../../json/number-list.js';
import { IsList } from './is-list.js';

/** The JSON body of a prediction: one of its fields, or a picture with `inputs`; `answer-schemas.ts` documents it. */
export class PredictBody {
  @IsOptional()
  @IsString()
  image?: string;

  @IsOptional()
  @IsList()
  images?: unknown[] | NumberList;

  @IsOptional()
  input?: unknown;

  @IsOptional()
  inputs?: unknown;

  @IsOptional()
  @IsList()
  instances?: unknown[] | NumberList;
}
