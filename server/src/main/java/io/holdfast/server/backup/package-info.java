/// Backups as the catalog knows them, and the runs that make them.
@NullMarked
package io.holdfast.server.backup;

import org.jspecify.annotations.NullMarked;
