/// Physical WAL streaming. The server is told that WAL is flushed only as far as the sink says that
/// it is durable.
@NullMarked
package io.holdfast.postgres.stream;

import org.jspecify.annotations.NullMarked;
