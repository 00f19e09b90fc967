/// Putting files into a repository as backups: portable files, and what `pg_dump` wrote.
@NullMarked
package io.holdfast.engine.imports;

import org.jspecify.annotations.NullMarked;
