import { ArrayNotEmpty, IsArray, IsOptional, IsString } from 'class-validator';

/** The JSON body of a prediction: one of its fields, or a picture with `inputs`; `answer-schemas.ts` documents it. */
export class PredictBody {
  @IsOptional()
  @IsString()
  image?: string;

  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  images?: unknown[];

  @IsOptional()
  input?: unknown;

  @IsOptional()
  inputs?: unknown;

  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  instances?: unknown[];
}
