#!/bin/sh
# Makes configure from configure.ac. Needed once after a clone; the release tarball already has it.
set -e
cd "$(dirname "$0")"
mkdir -p m4 build-aux
autoreconf --install --warnings=all
