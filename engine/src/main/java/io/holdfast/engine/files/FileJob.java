package io.holdfast.engine.files;

import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;
import java.time.Instant;

/// A regular file that is to be read.
///
/// @param file open; whoever does the job closes it
/// @param status what the walk saw
/// @param seenAt not later than that
record FileJob(Slot slot, Handle file, FileStatus status, Instant seenAt, Entries.Owners owners) {}
