/// Tests.
@NullMarked
package io.holdfast.tenant.restore;

import org.jspecify.annotations.NullMarked;
