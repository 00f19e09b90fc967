/// Graphs of tables, or of anything else that has an order.
@NullMarked
package io.holdfast.tenant.graph;

import org.jspecify.annotations.NullMarked;
