@NullMarked
package io.holdfast.server.schedule;

import org.jspecify.annotations.NullMarked;
