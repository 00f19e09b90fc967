/// The catalog: a PostgreSQL database of our own or somebody else's.
@NullMarked
package io.holdfast.server.catalog;

import org.jspecify.annotations.NullMarked;
