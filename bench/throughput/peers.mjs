import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from './cache.mjs';

const FOLDER = join(ROOT, 'bench/peers');
const top = (answer) => answer.top;

/** What bench/peers/classifier.py reads, and a TensorFlow that says little. */
function environmentOf({ savedModel, keras, scale }) {
  return {
    MODEL: savedModel,
    KERAS_MODEL: keras,
    SCALE: scale,
    PORT: '{port}',
    PYTHONPATH: FOLDER,
    TF_CPP_MIN_LOG_LEVEL: '2',
    CUDA_VISIBLE_DEVICES: '-1',
  };
}

/**
 * @param program of the environment's `bin`
 * @param more environment variables
 */
function launch(program, parameters, more = {}) {
  return ({ model, work, environment }) => ({
    command: join(environment, 'bin', program),
    parameters,
    cwd: work,
    // What some keep in the home folder goes when the benchmark ends. (Not `work`: the path of a Unix socket is short.)
    env: { ...environmentOf(model), HOME: dirname(work), ...more },
  });
}

const raw = (picture) => ({ path: '/predict', headers: { 'Content-Type': 'image/jpeg' }, body: picture });

const json = (path, value) => ({
  path,
  headers: { 'Content-Type': 'application/json' },
  body: Buffer.from(JSON.stringify(value)),
});

/** One file in a form. */
function form(field, picture) {
  const boundary = 'ThroughputBoundary';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="picture.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`;
  return {
    path: '/predict',
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), picture, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

/** Of the Open Inference Protocol: `classes` and `scores` of one picture. */
function topOfTensors({ outputs }) {
  const [classes, scores] = ['classes', 'scores'].map((name) => outputs.find((o) => o.name === name).data);
  return classes.map((index, at) => ({ class: index, score: scores[at] }));
}

function libraryFolder(environment) {
  const ask = 'import sysconfig; print(sysconfig.get_config_var("LIBDIR"))';
  return execFileSync(join(environment, 'bin/python'), ['-c', ask], { encoding: 'utf8' }).trim();
}

const flask = {
  id: 'flask',
  title: 'Flask',
  note: 'its own server, Keras model',
  environment: 'frameworks',
  packages: ['flask', 'werkzeug'],
  launch: launch('flask', ['--app', 'flask_server', 'run', '--host', '127.0.0.1', '--port', '{port}']),
  request: raw,
  top,
};

const gunicorn = {
  ...flask,
  id: 'gunicorn',
  title: 'Flask, gunicorn',
  note: '5 workers (2 × cores + 1), Keras model',
  packages: ['gunicorn'],
  launch: launch('gunicorn', ['--workers', '5', '--bind', '127.0.0.1:{port}', 'flask_server:app']),
};

const fastapi = {
  id: 'fastapi',
  title: 'FastAPI',
  note: 'uvicorn, one process, threadpool, SavedModel',
  environment: 'frameworks',
  packages: ['fastapi', 'uvicorn'],
  launch: launch('uvicorn', ['fastapi_server:app', '--host', '127.0.0.1', '--port', '{port}']),
  request: raw,
  top,
};

const bentoml = {
  id: 'bentoml',
  title: 'BentoML',
  note: 'adaptive batching of 8, SavedModel',
  environment: 'frameworks',
  packages: ['bentoml'],
  launch: launch(
    'bentoml',
    ['serve', 'bentoml_service:Classifier', '--host', '127.0.0.1', '--port', '{port}'],
    {
      BENTOML_DO_NOT_TRACK: 'True',
    },
  ),
  request: (picture) => form('images', picture),
  top: ([answer]) => answer.top,
};

const litserve = {
  id: 'litserve',
  title: 'LitServe',
  note: 'max_batch_size 8, SavedModel',
  environment: 'frameworks',
  packages: ['litserve'],
  launch: launch('python', [join(FOLDER, 'litserve_server.py')]),
  request: (picture) => json('/predict', { image: picture.toString('base64') }),
  top,
};

const ray = {
  id: 'ray',
  title: 'Ray Serve',
  note: '@serve.batch of 8, SavedModel',
  environment: 'frameworks',
  packages: ['ray'],
  launch: launch('python', [join(FOLDER, 'ray_server.py')], { RAY_USAGE_STATS_ENABLED: '0' }),
  request: raw,
  top,
};

const mlserver = {
  id: 'mlserver',
  title: 'MLServer',
  note: 'adaptive batching of 8, SavedModel',
  environment: 'mlserver',
  packages: ['mlserver'],
  async launch(context) {
    const settings = {
      name: 'classifier',
      implementation: 'mlserver_runtime.Classifier',
      max_batch_size: 8,
      max_batch_time: 0.01,
    };
    await writeFile(join(context.work, 'model-settings.json'), JSON.stringify(settings));
    return launch('mlserver', ['start', '.'], {
      MLSERVER_HOST: '127.0.0.1',
      MLSERVER_HTTP_PORT: '{port}',
      MLSERVER_GRPC_PORT: '{grpc}',
      MLSERVER_METRICS_PORT: '{metrics}',
    })(context);
  },
  request: (picture) =>
    json('/v2/models/classifier/infer', {
      inputs: [
        {
          name: 'image',
          shape: [1, 1],
          datatype: 'BYTES',
          parameters: { content_type: 'base64' },
          data: [picture.toString('base64')],
        },
      ],
    }),
  top: topOfTensors,
};

const triton = {
  id: 'triton',
  title: 'Triton',
  note: 'by PyTriton, dynamic batching of 8, SavedModel',
  environment: 'triton',
  packages: ['nvidia-pytriton'],
  launch: (context) =>
    launch('python', [join(FOLDER, 'triton_server.py')], {
      HTTP_PORT: '{port}',
      GRPC_PORT: '{grpc}',
      METRICS_PORT: '{metrics}',
      // Triton's own process loads Python as a library, which must be that of the environment.
      LD_LIBRARY_PATH: libraryFolder(context.environment),
    })(context),
  request(picture) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(picture.length);
    const about = {
      name: 'image',
      shape: [1, 1],
      datatype: 'BYTES',
      parameters: { binary_data_size: 4 + picture.length },
    };
    const head = Buffer.from(JSON.stringify({ inputs: [about] }));
    return {
      path: '/v2/models/classifier/infer',
      headers: {
        'Content-Type': 'application/octet-stream',
        'Inference-Header-Content-Length': String(head.length),
      },
      body: Buffer.concat([head, length, picture]),
    };
  },
  top: topOfTensors,
};

export const PEERS = [flask, gunicorn, fastapi, bentoml, litserve, mlserver, ray, triton];
