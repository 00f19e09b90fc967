@NullMarked
package io.holdfast.server.operation;

import org.jspecify.annotations.NullMarked;
