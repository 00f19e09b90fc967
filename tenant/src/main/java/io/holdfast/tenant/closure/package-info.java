/// The rows of one scope, as SQL. A tenant column is a predicate, a foreign key an `EXISTS`, and
/// tables that own each other in a circle become a recursive query over their keys.
@NullMarked
package io.holdfast.tenant.closure;

import org.jspecify.annotations.NullMarked;
