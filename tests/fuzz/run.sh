#!/bin/bash
# run.sh BUILD SECONDS: runs every fuzzer (tests/fuzz/fuzz_*.c) for its share of SECONDS, starting
# from its corpus (tests/fuzz/corpus/<name>/). What is found stays in BUILD/fuzz/<name>/; ends with
# `name value` lines: executions of each.
set -euo pipefail
cd "$(dirname "$0")/../.."

build=$1 seconds=$2 status=0 figures=
shopt -s nullglob
sources=(tests/fuzz/fuzz_*.c)
[ ${#sources[@]} -gt 0 ] || { echo "there are no fuzzers in tests/fuzz" >&2; exit 2; }
share=$((seconds / ${#sources[@]}))
[ "$share" -gt 0 ] || share=1

for source in "${sources[@]}"; do
	name=$(basename "$source" .c)
	found=$build/fuzz/$name corpus=tests/fuzz/corpus/$name
	mkdir -p "$found"
	make -C "$build" --no-print-directory -s -j "$(nproc)" "tests/fuzz/$name"
	echo "== $name for $share s"
	[ -d "$corpus" ] || corpus=
	if ! "$build/tests/fuzz/$name" -max_total_time="$share" -print_final_stats=1 -verbosity=1 \
		-artifact_prefix="$found/" "$found" ${corpus:+"$corpus"} >"$found.log" 2>&1; then
		status=1
		tail -n 30 "$found.log"
	fi
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log")
	figures+="$name.executions ${runs:-0}"$'\n'
done
printf '\n%s' "$figures"
exit $status
