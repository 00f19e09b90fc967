/// Which columns of a tenant's rows have to get other values where its rows are copied to another
/// tenant.
@NullMarked
package io.holdfast.tenant.copy;

import org.jspecify.annotations.NullMarked;
