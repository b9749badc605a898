#!/bin/sh
# Runs a command in a network namespace of its own, with loopback and one veth pair.
#
# Janus never gathers loopback addresses (it skips IFF_LOOPBACK), so media tests need an interface
# with a real address, and none of the machine's own, so that they disturb nobody and see the same
# addresses everywhere. Janus, Chromium and the tests all run inside.
#
# usage: netns.sh command [argument...]           needs root (CAP_SYS_ADMIN, CAP_NET_ADMIN)
set -eu

if [ "${CARDEA_NETNS:-}" != inside ]; then
	[ $# -gt 0 ] || { echo "usage: netns.sh command [argument...]" >&2; exit 2; }
	CARDEA_NETNS=inside exec unshare --net --mount-proc --fork --pid --kill-child \
		-- "$0" "$@"
fi

ip link set lo up
ip link add cardea0 type veth peer name cardea1
ip addr add 10.231.0.1/24 dev cardea0
# The peer end only keeps the link up; it has no address, so nobody picks it as a candidate.
ip link set cardea0 up
ip link set cardea1 up
# Without a default route Chromium finds no address to send from.
ip route add default via 10.231.0.254 dev cardea0
exec "$@"
