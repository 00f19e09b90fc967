/// Tests.
@NullMarked
package io.holdfast.tenant.explain;

import org.jspecify.annotations.NullMarked;
