#!/bin/sh
# Runs every fuzz target of the module for FUZZTIME each, two at a time, as building them takes most of it; with an argument, folder:target, that
# one. Shrinking what is new but not wrong would take most of a short run: it is kept short.
set -u
if [ $# -eq 0 ]; then
	grep -rE '^func Fuzz' --include='*_test.go' cmd internal | sed -E 's|^(.*)/[^/]*:func (Fuzz[A-Za-z0-9_]*).*|\1:\2|' | xargs -P 2 -n 1 sh "$0"
	exit $?
fi
dir=${1%:*} name=${1#*:}
told=$(go run ./internal/tool/testcount -as "fuzz-$(basename "$dir")-$name" -- -vet=off -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-2s}" -fuzzminimizetime 100x -parallel 1 "./$dir" 2>&1)
status=$?
printf '%s in %s\n%s\n' "$name" "$dir" "$told"
exit $status
