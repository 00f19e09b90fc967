/// Tests.
@NullMarked
package io.holdfast.tenant.check;

import org.jspecify.annotations.NullMarked;
