package io.holdfast.engine.files;

import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.FileEntry;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// The place of one entry in the order of the walk, filled by whoever reads the entry.
/// *Thread-safe:* what is filled in is published by the latch.
final class Slot {
  private final String path;
  private final CountDownLatch filled = new CountDownLatch(1);

  private @Nullable FileEntry entry;
  private @Nullable FileContent content;
  private @Nullable IOException problem;
  private @Nullable Throwable failure;

  Slot(String path) {
    this.path = path;
  }

  String path() {
    return path;
  }

  void fill(FileEntry readEntry, FileContent readContent) {
    entry = readEntry;
    content = readContent;
    filled.countDown();
  }

  /// This entry cannot be read; the others can.
  void skip(IOException why) {
    problem = why;
    filled.countDown();
  }

  /// The backup cannot go on.
  void fail(Throwable why) {
    failure = why;
    filled.countDown();
  }

  boolean isFilled() {
    return filled.getCount() == 0;
  }

  void await() throws InterruptedException {
    filled.await();
  }

  @Nullable FileEntry entry() {
    return entry;
  }

  @Nullable FileContent content() {
    return content;
  }

  @Nullable IOException problem() {
    return problem;
  }

  @Nullable Throwable failure() {
    return failure;
  }
}
