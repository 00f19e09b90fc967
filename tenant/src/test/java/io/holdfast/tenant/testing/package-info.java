/// Databases for tests of this module, and schemas with chance in them.
@NullMarked
package io.holdfast.tenant.testing;

import org.jspecify.annotations.NullMarked;
