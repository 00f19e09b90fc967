package io.holdfast.engine.files;

import io.holdfast.files.posix.PosixException;
import io.holdfast.files.restoring.RestoreProblems;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;

/// What a restore counts. *Thread-safe.*
final class RestoreTally implements RestoreProblems {
  final LongAdder written = new LongAdder();
  final LongAdder writtenBytes = new LongAdder();
  final LongAdder fetchedBytes = new LongAdder();
  final LongAdder ownersNotSet = new LongAdder();
  final LongAdder attributesNotSet = new LongAdder();
  final Problems problems = new Problems();

  @Override
  public void ownerNotSet(String path) {
    ownersNotSet.increment();
  }

  @Override
  public void attributeNotSet(String path, String attribute, PosixException why) {
    attributesNotSet.increment();
  }

  @Override
  public void directoryNotFinished(String path, IOException why) {
    problems.add(path, why);
  }
}
