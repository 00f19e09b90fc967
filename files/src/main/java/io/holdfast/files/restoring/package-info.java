/// Writing entries below one directory, the **target**, and never beside it: every directory is
/// opened by handle from its parent, and a link in the way is an error, whoever put it there. So it
/// does not matter what names and links a backup holds, or what lay in the target before.
@NullMarked
package io.holdfast.files.restoring;

import org.jspecify.annotations.NullMarked;
