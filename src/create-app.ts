import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import helmet from 'helmet';
import { PinoLogger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import { docsAccess } from './config/docs-access.js';
import type { Settings } from './config/settings.js';
import { ApiKeyGuard } from './http/api-keys/api-key.guard.js';
import { askForKey } from './http/api-keys/documentation-key.js';
import { FrameworkLogger } from './http/framework-logger.js';
import { LogRequests } from './http/request-log.js';
import { boundConnections } from './http/server/bound-connections.js';
import { HttpAdapter } from './http/server/http-adapter.js';
import { answerOddRequests, answerServerFaults } from './http/server/odd-requests.js';
import { serveOpenApi } from './openapi.js';
import type { Shared } from './shared.module.js';
import { VERSION } from './version.js';

const EXPOSED_HEADERS = [
  'X-Request-Id',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Server-Timing',
  'X-Model',
];

/**
 * The application, ready to listen. Bodies are read by an interceptor, after the guards: Nest's own parser is off.
 * @param shared what this process shares with others; absent where it is alone
 */
export async function createApp(settings: Settings, shared?: Shared): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.with(settings, shared),
    new HttpAdapter(settings),
    {
      bodyParser: false,
      logger: false, // Until ours is there: what Nest says of a failed start, main.ts says in one sentence.
      abortOnError: false,
    },
  );
  app.useLogger(app.get(FrameworkLogger));
  app.disable('x-powered-by');
  app.disable('etag'); // Hashing an answer that is never the same twice helps nobody.
  app.set('trust proxy', settings.trustProxy);
  app.use(answerOddRequests);
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          // Swagger UI shows pictures that came as an answer from blob: URLs.
          imgSrc: ["'self'", 'data:', 'blob:'],
          // This server speaks plain HTTP; whether a proxy in front speaks TLS is not ours to say.
          upgradeInsecureRequests: null,
        },
      },
      strictTransportSecurity: false,
    }),
  );
  if (settings.corsOrigins.length > 0) {
    const origin = settings.corsOrigins.includes('*') ? '*' : [...settings.corsOrigins];
    app.enableCors({ origin, exposedHeaders: EXPOSED_HEADERS });
  }
  const docs = docsAccess(settings);
  if (docs === 'key') {
    const door = askForKey(app.get(ApiKeyGuard), new LogRequests(await app.resolve(PinoLogger)));
    app.use(['/docs', '/docs-json', '/docs-yaml', '/openapi.json'], door);
  }
  if (docs !== 'off') {
    serveOpenApi(app, VERSION);
    app.use((request: Request, response: Response, next: () => void) => {
      if (request.path === '/' && request.method === 'GET') response.redirect('/docs');
      else next();
    });
  }
  answerContinueLate(app);
  answerServerFaults(app.getHttpServer());
  boundConnections(app.getHttpServer(), settings);
  return app;
}

/**
 * Node answers `Expect: 100-continue` at once, and the client uploads. Here it is answered when the body is read, after
 * the guards, by the body interceptor.
 */
function answerContinueLate(app: NestExpressApplication): void {
  const server = app.getHttpServer();
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
}
