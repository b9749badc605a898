#!/bin/bash
# lint.sh BUILD: all linters on what is tracked and what is new. BUILD is configured with
# --enable-werror. The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2

build=$1
passed=0 failed=0

files() { # files PATTERN...: tracked and new files, without the fixtures that break rules on purpose
	git ls-files -co --exclude-standard -- "$@" | grep -v '^tests/lint/fixtures/' |
		while read -r file; do [ -f "$file" ] && printf '%s\n' "$file"; done
}

# lint NAME COMMAND...: runs it and shows what it says if it fails.
lint() {
	local name=$1 start=$SECONDS said
	shift
	if said=$("$@" 2>&1); then
		passed=$((passed + 1))
		printf 'ok    %-12s %3d s\n' "$name" $((SECONDS - start))
	else
		failed=$((failed + 1))
		printf '%s\nFAIL  %-12s %3d s\n' "$said" "$name" $((SECONDS - start))
	fi
}

# none COMMAND...: true if it prints nothing.
none() {
	local said
	said=$("$@")
	[ -z "$said" ] || { printf '%s\n' "$said"; return 1; }
}

# Names the files only; `clang-format -i` mends them.
format() {
	local bad
	bad=$(files '*.c' '*.h' | xargs clang-format --dry-run -Werror 2>&1 | sed -n 's/^\([^ :]*\):[0-9]*:.*/\1/p' | sort -u)
	[ -z "$bad" ] || { printf 'not formatted:\n%s\n' "$bad"; return 1; }
}

layering() { node tests/lint/includes.mjs --self-test && node tests/lint/includes.mjs; }

gcc_warnings() { make -C "$build" --no-print-directory -s -j "$(nproc)"; }

# The flags of the real build, for a compiler that only looks. Our folder first: Janus has a config.h.
flags() {
	echo "-std=gnu11 -Werror -I$build -I. -Icommon -DG_LOG_DOMAIN=\"cardea\" -DHAVE_CONFIG_H" \
		"-DGLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_74 -DGLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74" \
		'-DCARDEA_PAGES_DIR="/p" -DCARDEA_PLUGIN_DIR="/q" -DCARDEA_SYSCONF_DIR="/etc"'
	sed -n 's/^WARN_CFLAGS = //p; s/^[A-Z]*_CFLAGS = \(-I.*\)/\1/p' "$build/Makefile"
}

clang_warnings() {
	local all
	read -r -a all <<<"$(flags | tr '\n' ' ')"
	# The plugin and the gateway each see only their own folders (DESIGN 4); clang only looks.
	files 'plugin/*.c' 'tests/stress/*.c' | xargs -r -P "$(nproc)" -n 8 clang -fsyntax-only "${all[@]}" -Iplugin -Wno-initializer-overrides &&
		files 'common/*.c' 'ctl/*.c' 'signaling/*.c' 'tests/unit/*.c' 'tests/fuzz/*.c' 'tests/bench/*.c' \
			'tests/peers/*.c' |
		xargs -r -P "$(nproc)" -n 8 clang -fsyntax-only "${all[@]}" -Isignaling
}

analysis() {
	files 'common/*.c' 'ctl/*.c' 'plugin/*.c' 'signaling/*.c' | xargs cppcheck --quiet -j "$(nproc)" \
		--enable=warning,portability,performance --inline-suppr --std=c11 --error-exitcode=1 \
		--suppressions-list=tests/lint/cppcheck-suppressions --library=gtk \
		-Icommon -Isignaling -Iplugin -I.
}

scripts() { { files '*.sh' && printf '%s\n' dev .ci/run; } | xargs shellcheck; }

# Sample and manual say what the option table says.
options() {
	"$build/cardead" --dump-config=sample | diff -u conf/cardea.jcfg - &&
		diff -u <(sed -n '/<!-- options -->/,/<!-- end -->/{/<!--/d;p;}' docs/configuration.md) \
			<("$build/cardead" --dump-config=manual)
}

banned() {
	files '*.c' '*.h' | xargs grep -nE \
		'(^|[^a-zA-Z_])(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|alloca|tmpnam|mktemp|rand)\(' || true
	files 'common/*' 'plugin/*' 'signaling/*' | xargs grep -nE '(^|[^a-zA-Z_.>])(system|popen)\(' || true
}

exports() {
	local names
	names=$(nm -D --defined-only "$build/plugin/.libs/libjanus_cardea.so" | awk '{ print $NF }')
	[ "$names" = create ] || { echo "the plugin exports: $names"; return 1; }
}

long_files() { files '*.c' '*.h' '*.mjs' '*.ts' '*.tsx' '*.sh' dev | xargs wc -l | awk '$1 > 900 && $2 != "total"'; }

long_functions() { files '*.c' | xargs awk -v limit=120 -f tests/lint/functions.awk; }

# Paths of somebody's machine; addresses of package registries, which npm puts into lock files.
traces() {
	files . | grep -vE '^(tests/lint/lint.sh|LICENSE)$' | xargs grep -nIE '(^|[^a-zA-Z0-9_.~-])/(work|root|home/[a-z]+)/' || true
	files '*package-lock.json' '*.npmrc' | xargs -r grep -nE '"resolved"|registry *=|://[^/" ]*(npmjs|registry|artifact|nexus)' || true
}

lint format format
lint layering layering
lint gcc gcc_warnings
lint clang clang_warnings
lint cppcheck analysis
lint shellcheck scripts
lint options options
lint banned none banned
lint exports exports
lint file-length none long_files
lint traces none traces
long_functions | sed 's/^/warning: /'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
