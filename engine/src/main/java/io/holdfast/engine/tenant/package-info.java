/// Scopes of tenants: making, checking and explaining scope maps.
@NullMarked
package io.holdfast.engine.tenant;

import org.jspecify.annotations.NullMarked;
