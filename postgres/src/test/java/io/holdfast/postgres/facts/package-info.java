/// What the restore of single tenants relies on PostgreSQL to do, shown on every version. The
/// numbers V1 to V16 are those of the project's notes. `verify` asks 13, 15 and 18, the profile
/// `thorough` every version from 13 to 18 whose programs are there.
@NullMarked
package io.holdfast.postgres.facts;

import org.jspecify.annotations.NullMarked;
