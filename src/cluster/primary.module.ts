import { Module } from '@nestjs/common';
import { primaryOfThisProcess } from './primary.js';

/** Injection token of the primary: `Primary` in an HTTP worker, `null` in a process that is alone or is the primary. */
export const PRIMARY = Symbol('primary');

/** The process that has what all HTTP workers share. */
@Module({
  providers: [{ provide: PRIMARY, useFactory: primaryOfThisProcess }],
  exports: [PRIMARY],
})
export class PrimaryModule {}
