@NullMarked
package io.holdfast.postgres.script;

import org.jspecify.annotations.NullMarked;
