/// Forgetting backups, and removing what no backup needs.
@NullMarked
package io.holdfast.engine.maintenance;

import org.jspecify.annotations.NullMarked;
