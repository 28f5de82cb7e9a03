import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { PREDICT_BODY_EXTENSION } from './predict/api-predict.decorator.js';
import { EXAMPLE_PICTURE } from './predict/example-picture.js';
import { TF_SERVING_PATHS } from './tf-serving/openapi-paths.js';

/** Serves Swagger UI at `/docs` and the document at `/openapi.json`, both without a key: they hold no secrets. */
export function serveOpenApi(app: INestApplication, version: string): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app, version), {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Tensornest',
    swaggerOptions: { persistAuthorization: true, tryItOutEnabled: true, displayRequestDuration: true },
  });
}

function openApiDocument(app: INestApplication, version: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Tensornest')
    .setDescription(
      'TensorFlow image models over HTTP. **Authorize** with an API key, then try a route with a picture.',
    )
    .setVersion(version)
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key' }, 'X-API-Key')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'API key' }, 'Bearer')
    .addSecurityRequirements('X-API-Key')
    .addSecurityRequirements('Bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  Object.assign(document.paths, TF_SERVING_PATHS);
  for (const { post } of Object.values(document.paths)) {
    if (post && PREDICT_BODY_EXTENSION in post) {
      delete (post as unknown as Record<string, unknown>)[PREDICT_BODY_EXTENSION];
      post.requestBody = PREDICT_BODY;
    }
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
        properties: { image: { ...FILE, description: 'A JPEG, PNG or WebP; repeat the field for several.' } },
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
  },
};
