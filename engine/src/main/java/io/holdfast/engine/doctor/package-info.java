/// Looks at everything that could keep backups from working and says what to do about each.
@NullMarked
package io.holdfast.engine.doctor;

import org.jspecify.annotations.NullMarked;
