#!/bin/bash
# wait-ready.sh PID STATE: waits until the gateway whose supervisor is PID says it is ready; after 20 s
# prints what failed and what to do about it.
set -u
pid=$1 state=$2
deadline=$((SECONDS + 20))
answer=

# readyz: the answer of /readyz in $answer; true if it is 200.
readyz() {
	local host port
	port=$(sed -n 's/^port //p' "$state/pids" 2>/dev/null) && [ -n "$port" ] || return 1
	host=$(tr '\0' '\n' <"/proc/$pid/cmdline" | sed -n '/^--listen$/{n;p;}')
	case $host in 0.0.0.0 | '' | ::) host=127.0.0.1 ;; esac
	answer=$(
		exec 3<>"/dev/tcp/$host/$port" || exit
		printf 'GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$host" >&3
		timeout 2 cat <&3
	) 2>/dev/null
	[[ $answer == "HTTP/1.1 200"* ]]
}

explain() {
	local body=${answer##*$'\r\n\r\n'}
	echo "The gateway is not ready after 20 s."
	if [ -z "$answer" ]; then
		echo "It does not answer at all: see its messages above."
	else
		echo "/readyz says: $body"
	fi
	if ! command -v janus >/dev/null; then
		echo "Janus is missing: apt-get install janus"
	elif ! grep -q '^janus [1-9]' "$state/pids" 2>/dev/null; then
		echo "Janus does not stay up: see $state/log/janus.log"
	elif [ ! -e "$state/janus/plugins/libjanus_cardea.so" ]; then
		echo "The plugin is not built: ./dev build"
	elif grep -q 'libjanus_cardea.so.*\(rror\|not\)\|cardea.*fail' "$state/log/janus.log" 2>/dev/null; then
		echo "The plugin was not loaded: see $state/log/janus.log, then ./dev build"
	fi
}

while [ $SECONDS -lt $deadline ]; do
	kill -0 "$pid" 2>/dev/null || exit 0 # it has said why itself
	readyz && exit 0 # the gateway prints its links itself
	sleep 0.5
done
explain >&2
