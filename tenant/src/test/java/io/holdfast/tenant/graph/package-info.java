/// Tests.
@NullMarked
package io.holdfast.tenant.graph;

import org.jspecify.annotations.NullMarked;
