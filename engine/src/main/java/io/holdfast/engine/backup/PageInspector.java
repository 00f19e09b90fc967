package io.holdfast.engine.backup;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.page.PageChecker;
import io.holdfast.postgres.page.PageFinding;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Checks the pages of relation files as they pass and remembers the first findings. *Thread-safe.*
///
/// A page that was read while the server wrote it may look damaged and yet show an old position.
/// Replay puts it right, because the first change of a page after the start of a backup is logged
/// with the whole page: [#withdraw] takes such findings back.
final class PageInspector {
  private static final int REMEMBERED_MAX = 1000;

  private final Function<Lsn, PageChecker> checkerFrom;
  private final AtomicLong errors = new AtomicLong();
  private final List<Found> remembered = new ArrayList<>();

  private record Found(String path, PageFinding finding) {}

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
          remembered.add(new Found(path, finding));
        }
      }
    }
  }

  long errors() {
    return errors.get();
  }

  List<String> findings() {
    synchronized (remembered) {
      return remembered.stream()
          .map(found -> found.path() + " " + found.finding().describe())
          .toList();
    }
  }

  /// Takes back the findings about pages that replay of the backup's WAL writes whole.
  ///
  /// @param isReplaced says it of a file's path and a block of its fork
  /// @return how many were taken back
  int withdraw(BiPredicate<String, Long> isReplaced) {
    synchronized (remembered) {
      int before = remembered.size();
      remembered.removeIf(found -> isReplaced.test(found.path(), found.finding().block()));
      int withdrawn = before - remembered.size();
      errors.addAndGet(-withdrawn);
      return withdrawn;
    }
  }
}
