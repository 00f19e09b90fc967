@NullMarked
package io.holdfast.repository.tree;

import org.jspecify.annotations.NullMarked;
