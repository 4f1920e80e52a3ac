# keep.sh BIN DIR PORT: creates and starts a cluster in DIR, says "ready", and stops and removes it when standard input closes.
bin=$1 dir=$2 port=$3
trap '' HUP INT TERM
fail() { cat "$dir/log" 2>/dev/null; rm -rf "$dir"; exit 1; }

# Text sorts by ICU's English rules here, as on most installations: a query that forgot COLLATE "C" is seen by its test.
"$bin/initdb" -D "$dir/data" -U postgres -A password --pwfile="$dir/password" -E UTF8 \
  --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US --no-sync >"$dir/log" 2>&1 || fail
cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$dir'
max_connections = 300
shared_buffers = 64MB
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
autovacuum_naptime = 10s
CONF
"$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -s -w -t 60 start </dev/null >/dev/null 2>&1 || fail
echo ready
cat >/dev/null
"$bin/pg_ctl" -D "$dir/data" -s -m immediate -w stop >/dev/null 2>&1
rm -rf "$dir"
