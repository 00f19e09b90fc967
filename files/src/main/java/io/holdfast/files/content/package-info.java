/// Reading files: what lies in them and where they are cut.
///
/// **Cutter**: [io.holdfast.files.content.Cutter] decides by content where a piece ends, so that an
/// insertion shifts nothing but the pieces it touches. **Hole**: a stretch of a sparse file that
/// the file system does not store; it is not read.
@NullMarked
package io.holdfast.files.content;

import org.jspecify.annotations.NullMarked;
