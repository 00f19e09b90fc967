package io.holdfast.engine.backup;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.page.Checksums;
import io.holdfast.postgres.page.PageChecker;
import io.holdfast.postgres.page.PageFinding;
import io.holdfast.postgres.page.ReplayWindow;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Checks the pages of relation files as they pass and remembers the first findings. *Thread-safe.*
///
/// A page that was read while the server wrote it may look damaged and yet show an old position.
/// Replay puts it right, because the first change of a page after the start of a backup is logged
/// with the whole page: [#withdraw] takes such findings back. Findings beyond those that are
/// remembered cannot be told from damage; they are counted by themselves and are not errors.
final class PageInspector {
  /// About 3 MB of findings.
  static final int REMEMBERED_MAX = 100_000;

  private static final int SHOWN_MAX = 100;
  private static final long WINDOW_BYTES = 1L << 44;

  private final Function<Lsn, PageChecker> checkerFrom;
  private final SuspectPages remembered;
  private long unjudged;

  private volatile @Nullable PageChecker checker;

  /// Checks the pages of a server.
  static PageInspector of(SourceServer server) {
    Checksums checksums = server.pageChecksums() ? Checksums.ON : Checksums.OFF;
    return new PageInspector(
        start ->
            new PageChecker(
                server.pageBytes(), checksums, new ReplayWindow(start, start.plus(WINDOW_BYTES))));
  }

  /// @param checkerFrom makes the checker once the backup's start is known: later pages are
  ///   replayed, not judged
  PageInspector(Function<Lsn, PageChecker> checkerFrom) {
    this(checkerFrom, REMEMBERED_MAX);
  }

  PageInspector(Function<Lsn, PageChecker> checkerFrom, int rememberedMax) {
    this.checkerFrom = checkerFrom;
    this.remembered = new SuspectPages(rememberedMax);
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
    synchronized (remembered) {
      for (PageFinding finding : findings) {
        if (!remembered.add(path, finding)) {
          unjudged++;
        }
      }
    }
  }

  /// Pages that look damaged, as far as they are remembered and were not taken back.
  long errors() {
    synchronized (remembered) {
      return remembered.count();
    }
  }

  /// Pages that looked damaged and that nobody could remember. Replay may or may not renew them.
  long unjudged() {
    synchronized (remembered) {
      return unjudged;
    }
  }

  /// The first findings, a line each.
  List<String> findings(int most) {
    synchronized (remembered) {
      return remembered.describe(most);
    }
  }

  /// Says what was found, after [#withdraw].
  void warn(Consumer<String> warnings) {
    findings(SHOWN_MAX)
        .forEach(finding -> warnings.accept("damaged page at the source: " + finding));
    if (errors() > SHOWN_MAX) {
      warnings.accept(errors() + " pages are damaged at the source in all");
    }
    if (unjudged() > 0) {
      warnings.accept(
          unjudged()
              + " more pages looked damaged or were just being written; they are too many to be"
              + " judged here: restore this backup and run pg_checksums on it");
    }
  }

  /// The blocks that [#withdraw] would ask about, by path.
  Map<String, long[]> suspects() {
    synchronized (remembered) {
      return remembered.blocksByPath();
    }
  }

  /// Takes back the findings about pages that replay of the backup's WAL writes whole.
  ///
  /// @param isReplaced says it of a file's path and a block of its fork
  /// @return how many were taken back
  int withdraw(BiPredicate<String, Long> isReplaced) {
    synchronized (remembered) {
      return remembered.removeIf(isReplaced);
    }
  }
}
