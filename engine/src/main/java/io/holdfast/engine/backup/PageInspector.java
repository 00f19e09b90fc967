package io.holdfast.engine.backup;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.page.PageChecker;
import io.holdfast.postgres.page.PageFinding;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Checks the pages of relation files as they pass and remembers the first findings. *Thread-safe.*
final class PageInspector {
  private static final int REMEMBERED_MAX = 100;

  private final Function<Lsn, PageChecker> checkerFrom;
  private final AtomicLong errors = new AtomicLong();
  private final List<String> remembered = new ArrayList<>();

  private volatile @Nullable PageChecker checker;

  /// @param checkerFrom makes the checker once the backup's start is known: later pages are
  ///   replayed, not judged
  PageInspector(Function<Lsn, PageChecker> checkerFrom) {
    this.checkerFrom = checkerFrom;
  }

  /// To be called before the first page.
  void begin(Lsn start) {
    checker = checkerFrom.apply(start);
  }

  void inspect(String path, long firstBlock, byte[] bytes, int length) {
    PageChecker current = checker;
    if (current == null) {
      throw new IllegalStateException("a page came before the backup's start");
    }
    List<PageFinding> findings = current.check(bytes, 0, length, firstBlock);
    if (findings.isEmpty()) {
      return;
    }
    errors.addAndGet(findings.size());
    synchronized (remembered) {
      for (PageFinding finding : findings) {
        if (remembered.size() < REMEMBERED_MAX) {
          remembered.add(path + " " + finding.describe());
        }
      }
    }
  }

  long errors() {
    return errors.get();
  }

  List<String> findings() {
    synchronized (remembered) {
      return List.copyOf(remembered);
    }
  }
}
