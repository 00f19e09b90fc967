/// Tests.
@NullMarked
package io.holdfast.tenant.closure;

import org.jspecify.annotations.NullMarked;
