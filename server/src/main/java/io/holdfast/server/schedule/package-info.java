/// What comes again and again: when the catalog's time has come, slots of schedules become runs or
/// are recorded as missed, each once, whatever nodes do.
@NullMarked
package io.holdfast.server.schedule;

import org.jspecify.annotations.NullMarked;
