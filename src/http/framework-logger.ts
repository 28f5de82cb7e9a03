import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** What Nest itself says of its modules and routes at every start. */
const FRAMEWORK = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
]);

/** The log, with the framework's own chatter at level debug: an operator looks for what this server says. */
@Injectable()
export class FrameworkLogger extends Logger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (FRAMEWORK.has(String(rest.at(-1)))) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}
