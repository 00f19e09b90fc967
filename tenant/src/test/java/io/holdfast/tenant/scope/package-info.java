/// Tests.
@NullMarked
package io.holdfast.tenant.scope;

import org.jspecify.annotations.NullMarked;
