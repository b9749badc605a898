#!/bin/bash
# Proves that every refusal is needed and tested: compiles each CARDEA_REFUSE_IF or CARDEA_REFUSES
# out in turn (common/cardea_refusal.h) and demands that a named test then fails, by an assertion
# and not by a crash. CC and CFLAGS are taken from the environment; KEEP=dir keeps what was built.
set -eu
cd "$(dirname "$0")/../.."

# source | its test | further sources it needs | pkg-config modules beside those of common/ | flags
pairs='
common/cardea_jws.c        | tests/unit/test_join_token.c | | |
common/cardea_join_token.c | tests/unit/test_join_token.c | | |
plugin/admit.c             | tests/unit/test_admit.c | | |
signaling/domain/grants.c  | tests/unit/test_grants.c | signaling/domain/locks.c signaling/domain/placement.c | | -Isignaling
'

CC=${CC:-gcc}
read -r -a user_flags <<<"${CFLAGS:--O0}"
work=${KEEP:-$(mktemp -d)}
[ -n "${KEEP:-}" ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
# A failed assertion jumps past what would have freed; that is no fault of the code under test.
export ASAN_OPTIONS=detect_leaks=0

# compile SOURCE OBJECT MODULES FLAGS...
compile() {
	local source=$1 object=$2 modules=$3
	shift 3
	# shellcheck disable=SC2046,SC2086 # one word for each flag
	"$CC" -std=gnu11 -pthread -I. -Icommon $(pkg-config --cflags $modules) "${user_flags[@]}" "$@" \
		-c "$source" -o "$object"
}

# try NAME SOURCE TEST: builds and runs $test without refusal NAME; prints one line, starting with
# "omitted" if a test noticed.
try() {
	local name=$1 code=${1,,} source=$2 dir=$3 modules=$4 object=$3/$1.o failed
	shift 4
	compile "$source" "$object" "$modules" -DCARDEA_OMITTED_REFUSAL="CARDEA_E_$name" "$@"
	# shellcheck disable=SC2046,SC2086
	"$CC" -pthread "${user_flags[@]}" -o "$dir/$name" "$object" "$dir"/rest/*.o \
		$(pkg-config --libs $modules)
	if "$dir/$name" >"$dir/$name.log" 2>&1; then
		echo "UNNOTICED $code: no test fails without it"
		return
	fi
	failed=$(sed -n 's/^\[  FAILED  \] \(.*[^0-9].*\)$/\1/p' "$dir/$name.log" |
		grep -v 'test(s), listed below' | head -n 1 || true)
	# cmocka turns a crash into a failure of its own ("exception"); a sanitizer names itself.
	if [ -z "$failed" ] || grep -Eq 'exception:|Sanitizer|runtime error:' "$dir/$name.log"; then
		echo "CRASHED $code: see $dir/$name.log"
	else
		echo "omitted $code: failed test '$failed'"
	fi
}

modules_of_common='glib-2.0 jansson libcrypto cmocka'
number=0
: >"$work/results"
while IFS='|' read -r source test extra modules flags; do
	read -r source <<<"$source"
	[ -n "$source" ] || continue
	number=$((number + 1))
	dir=$work/$number
	mkdir -p "$dir/rest"
	read -r test <<<"$test"
	read -r -a extra_sources <<<"$extra"
	read -r -a extra_flags <<<"$flags"
	modules="$modules_of_common $modules"
	for other in common/*.c "$test" ${extra_sources[@]+"${extra_sources[@]}"}; do
		[ "$other" = "$source" ] && continue
		while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do wait -n; done
		compile "$other" "$dir/rest/$(basename "$other" .c).o" "$modules" \
			${extra_flags[@]+"${extra_flags[@]}"} &
	done
	wait
	names=$(grep -oE 'CARDEA_REFUSE(_IF|S)\([A-Z0-9_]+' "$source" | sed 's/.*(//' | sort -u)
	[ -n "$names" ] || { echo "no refusal found in $source" >&2; exit 1; }
	for name in $names; do
		while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
		(try "$name" "$source" "$dir" "$modules" ${extra_flags[@]+"${extra_flags[@]}"} ||
			echo "BROKEN ${name,,}: does not build") | tee -a "$work/results" &
	done
	wait
done <<<"$pairs"

passed=$(grep -c '^omitted ' "$work/results" || true)
failed=$(grep -vc '^omitted ' "$work/results" || true)
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
