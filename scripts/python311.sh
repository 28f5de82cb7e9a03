# To be read by a script with `.`: python311 WHAT prints the name of a Python 3.11 that can make environments, or says that there is none for WHAT.

python311() {
  for candidate in python3.11 python3; do
    if "$candidate" -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "Expected Python 3.11 with venv for $1 but found none; on Debian 12, install python3-venv." >&2
  return 1
}
