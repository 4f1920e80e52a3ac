#!/bin/sh
# Runs staticcheck at the version pinned in tools/go.mod; built once per version of it and of Go.
set -eu
bin=.tools/staticcheck-$(go -C tools list -m -f '{{.Version}}' honnef.co/go/tools)-$(go env GOVERSION)
[ -x "$bin" ] || go -C tools build -o "../$bin" honnef.co/go/tools/cmd/staticcheck
exec "$bin" "$@"
