import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ANSWER_SCHEMAS } from './predict/documentation/answer-schemas.js';
import { CALLER_STATUSES, problemResponses } from './predict/documentation/problem-examples.js';
import { PREDICT_BODY_EXTENSION } from './predict/api-predict.decorator.js';
import { EXAMPLE_PICTURE } from './predict/example-picture.js';
import { TF_SERVING_PATHS } from './tf-serving/openapi-paths.js';

/** Serves Swagger UI at `/docs` and the document at `/openapi.json`. They hold no secrets; who may see them is said by `DOCS`. */
export function serveOpenApi(app: INestApplication, version: string): void {
  app.use('/docs', withViewport);
  SwaggerModule.setup('docs', app, () => openApiDocument(app, version), {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Tensornest',
    swaggerOptions: { persistAuthorization: true, tryItOutEnabled: true, displayRequestDuration: true },
  });
}

/** Swagger UI's page has none: on a telephone it would be as wide as on a desk. */
function withViewport(_request: Request, response: Response, next: NextFunction): void {
  const send = response.send.bind(response);
  response.send = (body: unknown) =>
    send(typeof body === 'string' ? body.replace('<head>', `<head>\n  ${VIEWPORT}`) : body);
  next();
}

const VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">';

function openApiDocument(app: INestApplication, version: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Tensornest')
    .setDescription(
      'TensorFlow image models over HTTP. **Authorize** with an API key (programs may send it as `Authorization: Bearer` too), then try a route with a picture.',
    )
    .setVersion(version)
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key' }, 'X-API-Key')
    .addSecurityRequirements('X-API-Key')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...ANSWER_SCHEMAS },
  };
  Object.assign(document.paths, TF_SERVING_PATHS);
  for (const { post } of Object.values(document.paths)) {
    if (post && PREDICT_BODY_EXTENSION in post) {
      delete (post as unknown as Record<string, unknown>)[PREDICT_BODY_EXTENSION];
      post.requestBody = PREDICT_BODY;
    }
  }
  for (const path of ['/metrics', '/monitoring/prometheus/metrics']) {
    const { get } = document.paths[path] ?? {};
    if (get) Object.assign(get.responses, problemResponses(CALLER_STATUSES));
  }
  for (const path of ['/health/live', '/health/ready']) {
    const { get } = document.paths[path] ?? {};
    if (get) get.security = [];
  }
  return document;
}

const FILE = { type: 'string', format: 'binary' };

const PREDICT_BODY = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['image'],
        additionalProperties: false,
        properties: {
          image: {
            type: 'array',
            minItems: 1,
            items: FILE,
            description: 'A picture; the field comes again for each further one.',
          },
          inputs: {
            type: 'string',
            minLength: 1,
            default: '{}',
            description:
              'JSON: the other inputs by name, for a model that takes some beside the picture: {"age": 3}.',
          },
        },
      },
    },
    'application/json': {
      schema: { $ref: '#/components/schemas/PredictBody' },
      examples: {
        image: { summary: 'One picture', value: { image: EXAMPLE_PICTURE } },
        images: { summary: 'Several pictures', value: { images: [EXAMPLE_PICTURE, EXAMPLE_PICTURE] } },
        input: { summary: 'Numbers, for a model of numbers', value: { input: [1, 2, 5] } },
      },
    },
    'image/jpeg': { schema: FILE },
    'image/png': { schema: FILE },
    'image/webp': { schema: FILE },
    'image/gif': { schema: FILE },
    'image/bmp': { schema: FILE },
    'image/tiff': { schema: FILE },
    'image/avif': { schema: FILE },
  },
};
