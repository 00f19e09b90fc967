package io.holdfast.engine.files;

import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.files.FileFacts;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.SortedFiles;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/// Looks at backups of files without restoring them. Entries are handed out one by one, in path
/// order; nothing is kept.
public final class FilesListing {
  private final Repository repository;

  public FilesListing(OpenRepository repository) {
    this.repository = repository.repository();
  }

  /// The backup that will be listed.
  public String nameOf(String backup, String source) {
    return Failures.translate("find " + backup, () -> require(backup, source).record().name());
  }

  /// Hands out every entry of a backup.
  public void list(String backup, String source, Consumer<ListedEntry> each) {
    Failures.run(
        "list " + backup,
        () -> {
          SortedFiles files = files(require(backup, source));
          for (Optional<SortedFiles.Found> next = files.next();
              next.isPresent();
              next = files.next()) {
            each.accept(listed(next.get().entry()));
          }
        });
  }

  /// Hands out what differs between two backups.
  public void diff(String from, String to, String source, Consumer<EntryChange> each) {
    Failures.run(
        "compare " + from + " and " + to,
        () -> {
          SortedFiles before = files(require(from, source));
          SortedFiles after = files(require(to, source));
          Optional<SortedFiles.Found> old = before.next();
          Optional<SortedFiles.Found> now = after.next();
          while (old.isPresent() || now.isPresent()) {
            int order = order(old, now);
            if (order < 0) {
              each.accept(change(old.orElseThrow(), EntryChange.Kind.REMOVED));
            } else if (order > 0) {
              each.accept(change(now.orElseThrow(), EntryChange.Kind.ADDED));
            } else {
              compare(old.orElseThrow(), now.orElseThrow()).ifPresent(each);
            }
            old = order <= 0 ? before.next() : old;
            now = order >= 0 ? after.next() : now;
          }
        });
  }

  private StoredSnapshot require(String backup, String source) throws IOException {
    return BackupCatalog.of(repository).require(backup, source, FilesBackup.KIND);
  }

  private SortedFiles files(StoredSnapshot backup) throws IOException {
    return TreeReader.open(
            repository.reader(backup.record()), backup.record().root(FilesBackup.TREE))
        .sortedFiles();
  }

  private static ListedEntry listed(FileEntry entry) {
    return new ListedEntry(entry, Entries.facts(entry));
  }

  private static int order(Optional<SortedFiles.Found> old, Optional<SortedFiles.Found> now) {
    if (old.isEmpty() || now.isEmpty()) {
      return old.isEmpty() ? 1 : -1;
    }
    return io.holdfast.files.PathText.compare(old.get().entry().path(), now.get().entry().path());
  }

  private static EntryChange change(SortedFiles.Found found, EntryChange.Kind kind) {
    return new EntryChange(kind, found.entry().path());
  }

  private static Optional<EntryChange> compare(SortedFiles.Found old, SortedFiles.Found now) {
    FileEntry a = old.entry();
    FileEntry b = now.entry();
    FileFacts before = Entries.facts(a);
    FileFacts after = Entries.facts(b);
    if (a.kind() != b.kind()) {
      return Optional.of(change(now, EntryChange.Kind.TYPE));
    }
    if (!old.content().isSame(now.content())
        || before.size() != after.size()
        || !before.regions().equals(after.regions())
        || !a.linkTarget().equals(b.linkTarget())
        || !Arrays.equals(
            new int[] {before.rdevMajor(), before.rdevMinor()},
            new int[] {after.rdevMajor(), after.rdevMinor()})) {
      return Optional.of(change(now, EntryChange.Kind.CONTENT));
    }
    boolean same =
        a.mode() == b.mode()
            && a.mtimeSeconds() == b.mtimeSeconds()
            && before.modifiedNanos() == after.modifiedNanos()
            && before.uid() == after.uid()
            && before.gid() == after.gid()
            && a.owner().equals(b.owner())
            && a.group().equals(b.group())
            && before.hardLink().equals(after.hardLink())
            && before.extendedAttributes().equals(after.extendedAttributes());
    return same ? Optional.empty() : Optional.of(change(now, EntryChange.Kind.METADATA));
  }
}
