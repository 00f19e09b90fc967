#!/usr/bin/env bash
# The same as scripts/cleanup.sh.
self=$(readlink -f -- "${BASH_SOURCE[0]}")
exec "$BASH" "${self%/*}/scripts/cleanup.sh" "$@"
