/// Restore puts files back; recovery is what PostgreSQL does afterwards. A restore is planned
/// first: the plan says which backup, where each tablespace goes, how the server gets its WAL and
/// where recovery will stop, and finds every reason to refuse before a byte is written. Executing
/// the plan writes and syncs files, `pg_control` last, so that a restore that was cut off can never
/// be started.
@NullMarked
package io.holdfast.engine.restore;

import org.jspecify.annotations.NullMarked;
