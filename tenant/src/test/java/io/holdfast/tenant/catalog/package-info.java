/// Tests.
@NullMarked
package io.holdfast.tenant.catalog;

import org.jspecify.annotations.NullMarked;
