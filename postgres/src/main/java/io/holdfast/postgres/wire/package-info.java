/// A small client for PostgreSQL's wire protocol, version 3, as far as replication needs it:
/// start-up with TLS and passwords, simple queries, copy in both directions. One thread at a time
/// reads a connection; another may write.
@NullMarked
package io.holdfast.postgres.wire;

import org.jspecify.annotations.NullMarked;
