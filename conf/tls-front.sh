#!/bin/bash
# tls-front.sh FOLDER ADDRESS PORT BACKEND_PORT: nginx with TLS on ADDRESS:PORT in front of a gateway on
# 127.0.0.1:BACKEND_PORT, in the foreground. The certificate is self-signed, made once and kept in
# FOLDER; its SHA-256 fingerprint is printed, because browsers will ask. A tls.crt and tls.key that are
# put in its place are served within seconds; connections that are open go on.
set -euo pipefail
[ $# -eq 4 ] || { echo "usage: tls-front.sh FOLDER ADDRESS PORT BACKEND_PORT" >&2; exit 2; }
address=$2 port=$3 backend=$4
sample=$(dirname "$(readlink -f "$0")")/nginx.conf
umask 077
mkdir -p "$1/tmp"
cd "$1"
folder=$PWD

if [ ! -f tls.crt ]; then
	names=DNS:localhost,IP:127.0.0.1
	for own in $(hostname -I 2>/dev/null || true); do
		names+=,IP:$own
	done
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj /CN=cardea \
		-addext "subjectAltName=$names" -keyout tls.key.new -out tls.crt.new 2>/dev/null
	mv tls.key.new tls.key
	mv tls.crt.new tls.crt
fi

# Changes whenever one of the files is replaced or written.
version() { stat -Lc '%i %Y %s' tls.crt tls.key 2>/dev/null || true; }
fingerprint() { openssl x509 -in tls.crt -noout -fingerprint -sha256; }
arguments=(-p "$folder/" -c "$folder/nginx.conf")

sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$backend/" -e "s/127\.0\.0\.1:8443/$address:$port/" "$sample" >nginx.conf
loaded=$(version)
printf '\n  certificate  self-signed, %s\n' "$(fingerprint)"
nginx "${arguments[@]}" -g 'daemon off;' &
nginx=$!
trap 'kill -TERM "$nginx" 2>/dev/null || true' TERM INT

while kill -0 "$nginx" 2>/dev/null; do
	now=$(version)
	# A certificate whose key has not come yet is tried again; nginx goes on with the old one.
	if [ "$now" != "$loaded" ] && nginx "${arguments[@]}" -t -q 2>/dev/null; then
		kill -HUP "$nginx"
		loaded=$now
		printf '  certificate  reloaded, %s\n' "$(fingerprint)"
	fi
	sleep 2 &
	# Whichever ends first; a signal ends the wait as well.
	wait -n "$nginx" $! || true
done
wait "$nginx" || true
