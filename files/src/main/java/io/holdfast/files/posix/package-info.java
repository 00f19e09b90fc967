/// The system calls that the JDK does not offer: directories by handle (`openat` and its family, so
/// that no link is ever followed), metadata in nanoseconds with inode numbers, owners of links,
/// special files, extended attributes of all name spaces, holes.
///
/// **Handle**: an open file of the kernel, [io.holdfast.files.posix.Handle]. **Name**: the bytes of
/// one path segment or of a path, as the kernel takes them; never text, since the kernel knows no
/// encoding. **Status**: what `statx` says, [io.holdfast.files.posix.FileStatus]; its layout is the
/// same on every processor, unlike that of `stat`. A failed call is a
/// [io.holdfast.files.posix.PosixException] with the error's number.
///
/// Linux only, x86-64 and aarch64, glibc 2.30 or later. Calls go through `java.lang.foreign`; the
/// rest of the product never sees it.
@NullMarked
package io.holdfast.files.posix;

import org.jspecify.annotations.NullMarked;
