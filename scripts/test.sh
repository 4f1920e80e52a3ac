#!/bin/sh
# Runs every suite, each under its heading and to its end even when an earlier one failed, and closes with the counts.
set -u
export BATON_COUNTS="$PWD/.cache/counts"
rm -rf "$BATON_COUNTS"
failed=
section() {
	title=$1
	shift
	printf '\n== %s ==\n' "$title"
	begin=$(date +%s)
	"$@" || failed="$failed\n  $title"
	echo "-- $(($(date +%s) - begin)) s"
}

section 'Build: page and binary' make -k build
section 'Go: vet, staticcheck, import direction' make -k lint
section 'Go: tests on SQLite and PostgreSQL' make -k test-go
section 'Go: fuzz targets' make -k fuzz
section 'Page: types, lint, tests' make -k test-ui
section 'Scenarios: the real binary on both databases' make -k test-scenario
section 'Browser: the real binary in Chromium' env SHOTS=0 make -k e2e

printf '\n== Result ==\n'
[ -z "$failed" ] || printf "failed:$failed\n"
go run ./internal/tool/testcount -sum && [ -z "$failed" ]
