/// What the restore of single tenants relies on PostgreSQL to do, shown on every version from 13 to
/// 18. The numbers V1 to V16 are those of the project's notes.
@NullMarked
package io.holdfast.postgres.facts;

import org.jspecify.annotations.NullMarked;
