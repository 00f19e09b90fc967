/// Tests.
@NullMarked
package io.holdfast.tenant.discovery;

import org.jspecify.annotations.NullMarked;
