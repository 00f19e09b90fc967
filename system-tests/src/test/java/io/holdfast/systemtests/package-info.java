/// The built program against real servers, as a person would use it: processes, exit statuses,
/// files.
@NullMarked
package io.holdfast.systemtests;

import org.jspecify.annotations.NullMarked;
