/// Scope maps from the schema of a live database: a whole one from its root, and one that lies
/// within another.
@NullMarked
package io.holdfast.tenant.discovery;

import org.jspecify.annotations.NullMarked;
