/// Trees of files that are made of streams: what dumps and exports have in common.
@NullMarked
package io.holdfast.engine.tree;

import org.jspecify.annotations.NullMarked;
