#!/bin/sh
# Builds target/x86_64-unknown-linux-musl/release/monday-webhooks: static, and without the names of
# this machine's folders in it.
set -eu
cd "$(dirname "$0")/.."
source=$(pwd -P)
cargo=${CARGO_HOME:-$HOME/.cargo}

export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-0}"
export CARGO_PROFILE_RELEASE_STRIP=symbols
export RUSTFLAGS="--remap-path-prefix=$source=/source --remap-path-prefix=$cargo=/cargo"
export CFLAGS="-ffile-prefix-map=$source=/source -ffile-prefix-map=$cargo=/cargo"
exec cargo build --locked --release --package monday-webhooks-cli \
    --target x86_64-unknown-linux-musl "$@"
