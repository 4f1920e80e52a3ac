#!/bin/sh
# Runs every fuzz target of the module for FUZZTIME each. Shrinking what is new but not wrong would take most of a short run: it is kept short.
set -u
failed=0
for target in $(grep -rE '^func Fuzz' --include='*_test.go' cmd internal | sed -E 's|^(.*)/[^/]*:func (Fuzz[A-Za-z0-9_]*).*|\1:\2|'); do
	dir=${target%:*} name=${target#*:}
	echo "$name in $dir"
	go run ./internal/tool/testcount -as "fuzz-$(basename "$dir")-$name" -- -vet=off -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-2s}" -fuzzminimizetime 100x "./$dir" || failed=1
done
exit $failed
