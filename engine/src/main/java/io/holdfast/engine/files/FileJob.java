package io.holdfast.engine.files;

import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;
import io.holdfast.repository.tree.FileContent;
import java.time.Instant;

/// A regular file that is to be read.
///
/// @param file open; whoever does the job closes it
/// @param status what the walk saw
/// @param seenAt not later than that
/// @param before content of the version before, empty if there was none
record FileJob(
    Slot slot,
    Handle file,
    FileStatus status,
    Instant seenAt,
    Entries.Owners owners,
    FileContent before) {}
