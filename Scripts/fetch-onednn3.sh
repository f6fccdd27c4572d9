#!/bin/sh
# Fetches oneDNN 3 with pip and unpacks its headers and library into DIR/include and DIR/lib. Nothing is
# installed. Version 3 is for checking Sources/COneDNN on systems whose own oneDNN is version 2.
#
#   Scripts/fetch-onednn3.sh DIR
#   make -C Tests/COneDNNCheck check PREFIX=DIR      (an absolute DIR)
set -eu

if [ $# -ne 1 ]; then
  echo "usage: $0 DIR" >&2
  exit 64
fi
release=2023.2.0  # oneDNN 3.2
mkdir -p "$1"
target=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$work" \
  "onednn-devel-cpu-gomp==$release" "onednn-cpu-gomp==$release"
for wheel in "$work"/*.whl; do
  python3 -m zipfile -e "$wheel" "$work/unpacked"
done
mkdir -p "$target/include" "$target/lib"
cp -R "$work"/unpacked/onednn_devel_cpu_gomp-*.data/data/include/. "$target/include/"
# The wheel holds one library under three names, each a full copy.
cp "$work"/unpacked/onednn_cpu_gomp-*.data/data/lib/libdnnl.so.3 "$target/lib/libdnnl.so.3"
ln -sf libdnnl.so.3 "$target/lib/libdnnl.so"
echo "oneDNN 3 is in $target"
