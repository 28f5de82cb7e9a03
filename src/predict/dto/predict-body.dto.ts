import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayNotEmpty, IsArray, IsOptional, IsString } from 'class-validator';

/** The JSON body of a prediction: one of its fields, or a picture with `inputs`. */
export class PredictBody {
  @ApiPropertyOptional({ description: 'One picture (JPEG, PNG or WebP), as base64 or a data URL.' })
  @IsOptional()
  @IsString()
  image?: string;

  @ApiPropertyOptional({
    description: 'Several pictures; each is answered or refused on its own.',
    type: [String],
  })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  images?: unknown[];

  @ApiPropertyOptional({
    description:
      'For a model of numbers: its input as nested arrays, or an object of its inputs by name. The batch dimension may be left out.',
    example: [1.0, 2.0, 5.0],
  })
  @IsOptional()
  input?: unknown;

  @ApiPropertyOptional({
    description:
      'The inputs by name; a picture among them is {"b64": "<base64>"}. Beside "image" or "images" only the other inputs.',
    example: { age: 3 },
  })
  @IsOptional()
  inputs?: unknown;

  @ApiPropertyOptional({
    description:
      'For a model of numbers: one entry per instance, each nested arrays or an object of its inputs by name.',
    type: 'array',
    items: {},
  })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  instances?: unknown[];
}
