#!/bin/sh
# Builds and runs the tests of the engine against oneDNN 3, which fetch-onednn3.sh puts into a folder outside the
# repository, and says which version ran. Nothing is installed; the usual build stays as it is.
#
#   Scripts/test-onednn3.sh              fetches into a temporary folder and removes it afterwards
#   Scripts/test-onednn3.sh DIR          keeps library and build in DIR, for the next time
set -eu

if [ $# -gt 1 ]; then
  echo "usage: $0 [DIR]" >&2
  exit 64
fi
repository=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -eq 1 ]; then
  mkdir -p "$1"
  folder=$(cd "$1" && pwd)
else
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi
case $folder in
  "$repository" | "$repository"/*)
    echo "$0: error: $folder is inside the repository" >&2
    exit 64
    ;;
esac

if [ ! -e "$folder/onednn/lib/libdnnl.so" ]; then
  "$repository/Scripts/fetch-onednn3.sh" "$folder/onednn"
fi
library="$folder/onednn/lib"
log="$folder/tests.log"
status=0
# Other libraries' descriptions bring the system's folder, which would come before any that is named here, and with it
# version 2: this build reads copies that name no folder, but for HDF5, which has a folder of its own.
mkdir -p "$folder/pkgconfig"
pkg-config --variable pc_path pkg-config | tr ':' '\n' | while read -r place; do
  for file in "$place"/*.pc; do
    case ${file##*/} in
      hdf5*) cp "$file" "$folder/pkgconfig/" ;;
      *) if [ -e "$file" ]; then sed 's/-L[^ ]*//g' "$file" >"$folder/pkgconfig/${file##*/}"; fi ;;
    esac
  done
done
THALWEG_EXPECT_ONEDNN_MAJOR=3 LD_LIBRARY_PATH="$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
  swift test -c release --package-path "$repository" --scratch-path "$folder/build" \
  --pkg-config-path "$folder/pkgconfig" -Xcc "-I$folder/onednn/include" -Xswiftc "-L$library" \
  -Xlinker -rpath -Xlinker "$library" \
  --filter EngineTests >"$log" 2>&1 || status=$?
grep -E '^oneDNN [0-9]|✘|error:|Test run with' "$log" || tail -n 20 "$log"
if [ "$status" -eq 0 ] && ! grep -q '^oneDNN 3\.' "$log"; then
  echo "$0: error: the tests passed, but did not meet oneDNN 3" >&2
  status=1
fi
exit "$status"
