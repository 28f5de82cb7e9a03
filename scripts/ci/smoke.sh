#!/bin/sh
# Starts the built server as a user would, predicts once over HTTP, ends it with SIGTERM and wants exit code 0.
#   sh scripts/ci/smoke.sh wasm          # also wants that to be the runtime
set -eu
log=$(mktemp)
PORT=0 LOG_FORMAT=json node dist/main.js >"$log" 2>&1 &
server=$!
trap 'kill -9 "$server" 2>/dev/null || true; rm -f "$log"' EXIT

fail() {
  echo "$1" >&2
  cat "$log" >&2
  exit 1
}

tries=0
until url=$(grep -o 'http://127[^ "]*[0-9]' "$log") && curl -fs "$url/health/ready" >/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 300 ] || fail 'The server was not ready within 30 s.'
  sleep 0.1
done
curl -fs "$url/health/ready" | grep -q "\"runtime\":\"$1\"" || fail "It is not $1 that runs the models."
key=$(grep -o 'tn_[A-Za-z0-9_]*' "$log" | head -n 1)

answer=$(curl -fsS -H "X-API-Key: $key" -F image=@samples/star.jpg "$url/predict") || fail 'The prediction failed.'
echo "$answer"
case "$answer" in *'"prediction":"star"'*) ;; *) fail 'That is not a star.' ;; esac

kill -TERM "$server"
code=0
wait "$server" || code=$?
[ "$code" = 0 ] || fail "SIGTERM: exit code $code instead of 0."
echo 'SIGTERM: exit code 0.'
