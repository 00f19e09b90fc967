/// PostgreSQL's own client programs: finding them and running them.
@NullMarked
package io.holdfast.postgres.client;

import org.jspecify.annotations.NullMarked;
