/// What people are told: looks at runs and schedules, and sends what came of that.
@NullMarked
package io.holdfast.server.alert;

import org.jspecify.annotations.NullMarked;
