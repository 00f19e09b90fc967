/// Finding what lies below some paths, in the order in which trees list it.
///
/// **Root**: a path that somebody asked for; it is there with its ancestors, which lead to it, and
/// nothing else of theirs. **Frame**: a directory that the walk is in. A directory's own entry and
/// what lies in it need not follow each other: `a-b` comes between `a` and `a/x`.
@NullMarked
package io.holdfast.files.walk;

import org.jspecify.annotations.NullMarked;
