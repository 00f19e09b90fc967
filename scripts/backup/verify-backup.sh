#!/usr/bin/env bash
# The same as scripts/verify-backup.sh.
self=$(readlink -f -- "${BASH_SOURCE[0]}")
exec "$BASH" "${self%/*}/scripts/verify-backup.sh" "$@"
