import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ERROR_CODES, type ErrorCode } from '../../errors/serving-error.js';
import type { Problem } from '../../http/errors/problem.js';

/** `Problem`, as the documentation shows it. */
export class ProblemDto implements Problem {
  @ApiProperty({ example: 'urn:tensornest:problem:image-unreadable' })
  type!: string;

  @ApiProperty({ example: 'Bad Request' })
  title!: string;

  @ApiProperty({ example: 400 })
  status!: number;

  @ApiProperty({ example: 'The picture cannot be read.', description: 'What happened and what to do.' })
  detail!: string;

  @ApiProperty({ enum: ERROR_CODES, example: 'IMAGE_UNREADABLE' })
  code!: ErrorCode;

  @ApiProperty({
    type: String,
    example: '6f1c2f6e-3b0e-4b5e-9d5c-0c2f8a4f1b7d',
    description: "Finds the request in the server's log.",
  })
  requestId!: string | undefined;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'object', properties: { field: { type: 'string' }, message: { type: 'string' } } },
  })
  errors!: { field: string; message: string }[] | undefined;

  @ApiPropertyOptional({
    type: [String],
    example: ['default'],
    description: 'For 429: as named in RateLimit-Policy.',
  })
  'violated-policies': string[] | undefined;
}
