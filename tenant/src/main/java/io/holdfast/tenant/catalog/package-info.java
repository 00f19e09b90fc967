/// What a live database says about its tables: plain values, read in one snapshot.
@NullMarked
package io.holdfast.tenant.catalog;

import org.jspecify.annotations.NullMarked;
