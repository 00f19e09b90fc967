/// Rows as backups hold them, `COPY` text, whatever the kind of backup: what exports and imports
/// have in common.
@NullMarked
package io.holdfast.engine.rows;

import org.jspecify.annotations.NullMarked;
