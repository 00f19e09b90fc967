@NullMarked
package io.holdfast.server.backup;

import org.jspecify.annotations.NullMarked;
