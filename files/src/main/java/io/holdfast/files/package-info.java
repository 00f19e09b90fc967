/// Files of this machine, with everything the kernel knows of them.
///
/// **Path**: where an entry lies in a tree: relative, segments joined by `/`. **Text** of a name:
/// its bytes as UTF-8, with an escape for those that are none, [io.holdfast.files.PathText], so
/// that every name can be stored and comes back exactly. **Facts**: metadata of one entry beyond
/// what every tree has, [io.holdfast.files.FileFacts]; its encoding is specified in
/// `docs/format/files.md`. **Region**: a stretch of a sparse file that holds data.
///
/// `walk` finds entries in path order in bounded memory, `content` reads and cuts files,
/// `restoring` writes entries below one directory and never beside it, `posix` makes the system
/// calls. Nothing here knows repositories.
@NullMarked
package io.holdfast.files;

import org.jspecify.annotations.NullMarked;
