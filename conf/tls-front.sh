#!/bin/bash
# tls-front.sh FOLDER ADDRESS PORT BACKEND_PORT: nginx with TLS on ADDRESS:PORT in front of a gateway on
# 127.0.0.1:BACKEND_PORT, in the foreground. The certificate is self-signed, made once and kept in
# FOLDER; its SHA-256 fingerprint is printed, because browsers will ask.
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
sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$backend/" -e "s/127\.0\.0\.1:8443/$address:$port/" "$sample" >nginx.conf
printf '\n  certificate  self-signed, %s\n' "$(openssl x509 -in tls.crt -noout -fingerprint -sha256)"
exec nginx -p "$folder/" -c "$folder/nginx.conf" -g 'daemon off;'
