@NullMarked
package io.holdfast.engine.catalog;

import org.jspecify.annotations.NullMarked;
