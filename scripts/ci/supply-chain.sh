#!/bin/sh
# Writes what the server is made of as sbom.json (CycloneDX, packages of production alone), and asks the registry for known
# vulnerabilities of these. One that is high or critical fails; a registry that answers no such question is told of, and no failure.
set -eu
cd "$(dirname "$0")/../.."

npm sbom --sbom-format cyclonedx --omit dev >sbom.json
node -e '
  const { bomFormat, components } = JSON.parse(require("node:fs").readFileSync("sbom.json", "utf8"));
  if (bomFormat !== "CycloneDX" || components.length === 0) throw new Error("sbom.json is no bill of materials.");
  console.log(`sbom.json: ${components.length} packages.`);
'

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
# Its exit code does not tell vulnerabilities from a registry without an answer.
npm audit --omit dev --json >"$answer" 2>/dev/null || true
node -e '
  const text = require("node:fs").readFileSync(process.argv[1], "utf8");
  let report = {};
  try { report = JSON.parse(text); } catch { /* As no answer. */ }
  const counts = report.metadata?.vulnerabilities;
  if (!counts) {
    console.log("SKIPPED: known vulnerabilities were not looked for, since this registry answers no audit.");
    process.exit(0);
  }
  console.log(`Known vulnerabilities: ${JSON.stringify(counts)}.`);
  for (const { name, severity, range } of Object.values(report.vulnerabilities ?? {})) console.log(`  ${name} ${range}: ${severity}`);
  process.exit(counts.high + counts.critical > 0 ? 1 : 0);
' "$answer"
