/// JSON without a tree in memory: text is pulled token by token, rows go line by line.
@NullMarked
package io.holdfast.portable.json;

import org.jspecify.annotations.NullMarked;
