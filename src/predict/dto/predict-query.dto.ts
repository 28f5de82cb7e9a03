import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

/** The options of a prediction. */
export class PredictQuery {
  @ApiPropertyOptional({
    description: 'Version of the model; the one that is served by default.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
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
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  topK?: number;

  @ApiPropertyOptional({
    description: "For numbers: which of the model's signatures to run.",
  })
  @IsOptional()
  @IsString()
  @Length(1, 256)
  signature?: string;
}
