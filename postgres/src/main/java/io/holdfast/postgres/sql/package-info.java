/// Ordinary SQL through pgjdbc: what a server says about itself.
@NullMarked
package io.holdfast.postgres.sql;

import org.jspecify.annotations.NullMarked;
