# Tensornest on the CPU, for x64 and arm64:
#
#   docker build -t tensornest .
#   docker run --rm -p 3000:3000 -v tensornest-data:/data tensornest
#
# Models and labels are those of the checkout; mount others over /app/models and /app/labels. Keys are kept in /data:
#
#   docker run --rm -v tensornest-data:/data tensornest node dist/http/api-keys/cli.js create --name phone-app

FROM node:22-bookworm-slim AS node

FROM node AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends g++ python3 python3-pip \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
RUN npm ci
# TensorFlow comes before the sources, so that a change of theirs does not fetch it again.
ENV TENSORNEST_CACHE_DIR=/opt/tensornest
COPY scripts/tensorflow scripts/tensorflow
COPY src/engine/tensorflow/binding.ts src/engine/tensorflow/environment.ts src/engine/tensorflow/native-binding.ts src/engine/tensorflow/
RUN npm run tensorflow
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/
COPY src src
RUN npm run build && npm prune --omit=dev

FROM node
RUN groupadd --gid 10001 tensornest \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin tensornest \
  && install -d -o 10001 -g 10001 /data
WORKDIR /app
# node_modules links to TensorFlow by its path in the cache: it stays the same.
COPY --from=build /opt/tensornest/tensorflow /opt/tensornest/tensorflow
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY labels labels
COPY models models
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 API_KEYS_FILE=/data/api-keys.json \
  ENGINE=tensorflow TENSORNEST_CACHE_DIR=/data/cache
VOLUME ["/data"]
EXPOSE 3000
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The base image's own entrypoint gives way: node is process 1 and gets the signals.
ENTRYPOINT []
CMD ["node", "dist/main.js"]
