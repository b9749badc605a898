#!/bin/bash
# check.sh BUILD [--full]: every stage of `./dev check`, which has installed and configured before.
# Prints each stage's time and count; the last line is the sum. Logs are in BUILD/check-logs/.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2

build=$1
[ "${2:-}" = --full ] && export CARDEA_FULL=1
logs=$build/check-logs
passed=0 failed=0 table=
rm -rf "$logs"
mkdir -p "$logs"

# stage NAME KIND COMMAND...: runs and counts it (see count.awk).
stage() {
	local name=$1 kind=$2 start=$SECONDS status=0 counted p f
	shift 2
	printf '\n== %s\n' "$name"
	"$@" </dev/null 2>&1 | tee "$logs/$name.log" || status=${PIPESTATUS[0]}
	counted=$(awk -v kind="$kind" -f tests/support/count.awk "$logs/$name.log")
	p=${counted% *} f=${counted#* }
	# A run that failed has at least one failure; one that counts nothing counts as one.
	[ "$status" -eq 0 ] || [ "$f" -gt 0 ] || f=1
	[ "$p" -gt 0 ] || [ "$f" -gt 0 ] || { if [ "$kind" = one ]; then p=1; else f=1; fi; }
	passed=$((passed + p)) failed=$((failed + f))
	table+=$(printf '%-14s %6d passed %4d failed %5d s' "$name" "$p" "$f" $((SECONDS - start)))$'\n'
	[ "$f" -eq 0 ]
}

build_all() { ./dev pages && make -C "$build" --no-print-directory -s -j "$(nproc)"; }

# make_check BUILD: the programs' own logs tell the single cases.
make_check() {
	local status=0 log
	make -C "$1" --no-print-directory -s -j "$(nproc)" check || status=1
	for log in "$1"/tests/unit/*.log "$1"/tests/fuzz/*.log; do
		[ -f "$log" ] && [ "$(basename "$log")" != test-suite.log ] && cat "$log"
	done
	return $status
}

sanitized() {
	local dir=$build/../asan
	mkdir -p "$dir"
	[ -f "$dir/Makefile" ] || (cd "$dir" && ../../configure --silent --enable-werror \
		--enable-sanitizers=address,undefined CFLAGS='-O1 -g') || return 1
	make_check "$dir"
}

# The plugin in a fake Janus core (tests/stress); a report of ThreadSanitizer is a failure.
threads() {
	local dir=$build/../tsan seconds=20
	[ -z "${CARDEA_FULL:-}" ] || seconds=300
	mkdir -p "$dir"
	[ -f "$dir/Makefile" ] || (cd "$dir" && ../../configure --silent --enable-werror \
		--enable-sanitizers=thread CFLAGS='-O1 -g') || return 1
	make -C "$dir" --no-print-directory -s -j "$(nproc)" tests/stress/plugin_stress &&
		tests/stress/run.sh "$dir" "$seconds"
}

refusals() { CFLAGS=-O0 tests/unit/omit-refusals.sh; }

html() {
	cd html || return 1
	npm run --silent typecheck && npm run --silent lint && npm run --silent test
}

# node_tests FOLDER: in a network namespace of their own, because Janus needs an address that is not
# loopback's; whatever a broken test leaves running ends with the namespace.
node_tests() {
	local files root=() limit=900
	[ -z "${CARDEA_FULL:-}" ] || limit=7200
	files=$(find "tests/$1" -name '*.test.mjs' | sort)
	[ -n "$files" ] || { echo "no tests in tests/$1"; return 1; }
	[ "$(id -u)" -eq 0 ] || root=(sudo env "PATH=$PATH")
	# shellcheck disable=SC2086 # one word for each file
	${root[@]+"${root[@]}"} timeout --kill-after=10 "$limit" env "CARDEA_BUILD=$build" \
		"CARDEA_PLUGIN_DIR=$build/plugin/.libs" ${CARDEA_FULL:+CARDEA_FULL=1} \
		tests/support/netns.sh node --test --test-concurrency=1 --test-reporter=spec $files
}

distcheck() {
	make -C "$build" --no-print-directory -s -j "$(nproc)" distcheck
}

if stage build one build_all; then
	stage lint summary tests/lint/lint.sh "$build"
	stage unit cmocka make_check "$build"
	stage refusals summary refusals
	stage sanitizers cmocka sanitized
	stage threads one threads
	stage html node html
	for folder in system conformance browser; do
		stage "$folder" node node_tests "$folder"
	done
	stage distcheck one distcheck
fi

printf '\n%s' "$table"
printf 'all            %6d passed %4d failed %5d s\n' "$passed" "$failed" "$SECONDS"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
