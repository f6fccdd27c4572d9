#!/usr/bin/env bash
# Says which system packages are missing and installs them (Debian, Ubuntu).
set -euo pipefail

packages=(
  libdnnl-dev    # oneDNN: convolutions and matrix products
  libopenblas-dev # dense linear algebra
  libcairo2-dev  # figures
  libhdf5-dev    # surfaces as loss-landscape's files
  zlib1g-dev     # compressed data sets and checkpoints
  libssl-dev     # SHA-256 of data and checkpoints
  libsqlite3-dev # results
  pkg-config     # finds the above
)

if ! command -v swift >/dev/null; then
  echo "thalweg: error: no swift found; install Swift 6.2 or newer from swift.org" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [[ $state == *"ok installed"* ]] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

echo "missing system packages: ${missing[*]}"
if ! command -v apt-get >/dev/null; then
  echo "thalweg: error: no apt-get here; install them with this system's package manager" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "thalweg: error: installing needs root; run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "installing them with apt-get"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update && DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "thalweg: error: apt-get failed; its last lines are above" >&2
  exit 1
fi
