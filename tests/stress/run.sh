#!/bin/bash
# run.sh BUILD [seconds [seed]]: the stress test of a build with --enable-sanitizers=thread.
set -euo pipefail

program=$1/tests/stress/plugin_stress
shift
# ThreadSanitizer of GCC 12 cannot start where the kernel randomises addresses by more than 28 bits.
still=()
if setarch -R true 2>/dev/null; then
	still=(setarch -R)
fi
export TSAN_OPTIONS="second_deadlock_stack=1 history_size=4 ${TSAN_OPTIONS:-}"
exec ${still[@]+"${still[@]}"} "$program" "$@"
