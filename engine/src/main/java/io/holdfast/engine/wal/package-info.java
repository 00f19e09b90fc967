/// WAL into the repository and out again: streamed through a replication slot, pushed by
/// `archive_command`, fetched by `restore_command`. Terms: a *cut* is a run of WAL bytes that
/// becomes one stored object; nothing is acknowledged to the server before the object that holds it
/// is durable.
@NullMarked
package io.holdfast.engine.wal;

import org.jspecify.annotations.NullMarked;
