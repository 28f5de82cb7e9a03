import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

/** `Number` would take `0x1` and `1e0` for version 1 too. */
function digitsOnly({ value }: TransformFnParams): unknown {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}

const TOP_K = 'must be a whole number from 1 to 1000, such as 5, but received $value';
const VERSION = 'must be a whole number from 0 on, such as 2, but received $value';

/** The options of a prediction. */
export class PredictQuery {
  @ApiPropertyOptional({
    description: 'Version of the model; the one that is served by default.',
  })
  @IsOptional()
  @Transform(digitsOnly)
  @IsInt({ message: VERSION })
  @Min(0, { message: VERSION })
  @Max(Number.MAX_SAFE_INTEGER, { message: VERSION })
  version?: number;

  @ApiPropertyOptional({
    description: 'Label of a version, such as stable, in place of its number.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  label?: string;

  @ApiPropertyOptional({
    description: 'How many labels to answer, best first.',
    minimum: 1,
    maximum: 1000,
    example: 5,
  })
  @IsOptional()
  @Transform(digitsOnly)
  @IsInt({ message: TOP_K })
  @Min(1, { message: TOP_K })
  @Max(1000, { message: TOP_K })
  topK?: number;

  @ApiPropertyOptional({
    description: "For numbers: which of the model's signatures to run.",
  })
  @IsOptional()
  @IsString()
  @Length(1, 256)
  signature?: string;
}
