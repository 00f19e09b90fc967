/// File trees: backing them up, bringing them back, looking at them.
///
/// A backup of kind `files` has one tree of that name. Paths in it are those of the source without
/// the leading `/`. What trees call attributes are [io.holdfast.files.FileFacts].
@NullMarked
package io.holdfast.engine.files;

import org.jspecify.annotations.NullMarked;
