/// What the distribution adds to the product: the training run of the AOT cache.
@NullMarked
package io.holdfast.distribution;

import org.jspecify.annotations.NullMarked;
