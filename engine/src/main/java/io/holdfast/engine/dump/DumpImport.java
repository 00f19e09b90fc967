package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.BackupName;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.tree.UnsortedTree;
import io.holdfast.files.content.Cutter;
import io.holdfast.portable.PortableReader;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeSummary;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Puts a file with one database into a repository as a dump. Nothing is published before all of it
/// was read; a crash at any moment leaves nothing visible.
public final class DumpImport {
  /// The type of such a backup.
  public static final String TYPE = "import";

  private final EngineContext context;
  private final Repository repository;
  private final Settings settings;
  private final String file;

  /// @param file its name, which the backup remembers
  public DumpImport(
      EngineContext context, OpenRepository repository, Settings settings, String file) {
    this.context = context;
    this.repository = repository.repository();
    this.settings = settings;
    this.file = file;
  }

  /// What was published.
  public record Imported(
      StoredSnapshot backup, int tables, long rows, long bytes, List<String> warnings) {
    public Imported {
      warnings = List.copyOf(warnings);
    }
  }

  /// Fills the tree of a dump.
  @FunctionalInterface
  private interface Filling {
    DumpToc fill(UnsortedTree tree, List<String> warnings) throws IOException;
  }

  /// What brings a script.
  @FunctionalInterface
  public interface Script {
    /// Hands the script to `reader` and then makes sure that it was all.
    void read(Reader reader) throws IOException;
  }

  /// Takes a script.
  @FunctionalInterface
  public interface Reader {
    void accept(InputStream in) throws IOException;
  }

  /// Imports a script of `pg_dump`.
  ///
  /// @param database what to call it
  public Imported script(String database, Script script) throws IOException {
    requireName(database);
    return run(
        database,
        context.clock().instant(),
        (tree, warnings) -> {
          ScriptIntake intake = new ScriptIntake(tree, database, context.cancellation());
          List<DumpToc> read = new ArrayList<>();
          script.read(in -> read.add(intake.read(in)));
          warnings.addAll(intake.warnings());
          return read.getFirst();
        });
  }

  /// Imports a portable file of kind `dump`, which was verified.
  public Imported portable(PortableReader reader) throws IOException {
    PortableDump dump = new PortableDump(reader, context);
    requireName(dump.database());
    Instant createdAt = reader.manifest().origin().createdAt();
    Instant now = context.clock().instant();
    return run(
        dump.database(),
        // Data are as old as they are: an old file is not the latest backup.
        createdAt.isBefore(now) ? createdAt : now,
        (tree, _) -> dump.fill(tree));
  }

  private static void requireName(String database) {
    if (database.isEmpty() || database.length() > 63 || database.indexOf('\0') >= 0) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "a database cannot have a name of " + database.length() + " characters",
          "Name it with --database.");
    }
  }

  private Imported run(String database, Instant startedAt, Filling filling) throws IOException {
    List<String> warnings = new ArrayList<>();
    try (BackupSession session = repository.beginSession(settings.domain())) {
      BackupCatalog catalog = BackupCatalog.of(repository);
      Optional<StoredSnapshot> parent =
          catalog.newest(
              settings.source(),
              backup ->
                  backup.record().kind().equals(DumpBackup.KIND)
                      && backup.record().domain().equals(settings.domain())
                      && backup.record().attributes().containsValue(database));
      UnsortedTree tree = draft(session, parent, startedAt);
      DumpToc toc = filling.fill(tree, warnings);
      context.progress().phase("publish", 0);
      context.cancellation().throwIfRequested();
      StoredSnapshot made =
          session.commit(record(database, startedAt, session, catalog, parent, tree.finish(), toc));
      return new Imported(made, toc.tables().size(), toc.rows(), toc.bytes(), warnings);
    }
  }

  /// Beside the version before, unless that is damaged.
  private UnsortedTree draft(
      BackupSession session, Optional<StoredSnapshot> parent, Instant startedAt)
      throws IOException {
    Cutter cutter = new Cutter(DumpBackup.seed(session.chunks().ids()));
    try {
      return new UnsortedTree(session, treeOf(parent), startedAt.getEpochSecond(), cutter);
    } catch (CorruptRepositoryException _) {
      return new UnsortedTree(session, Optional.empty(), startedAt.getEpochSecond(), cutter);
    }
  }

  private Optional<TreeReader> treeOf(Optional<StoredSnapshot> backup) throws IOException {
    if (backup.isEmpty()) {
      return Optional.empty();
    }
    SnapshotRecord record = backup.get().record();
    return Optional.of(TreeReader.open(repository.reader(record), record.root(DumpBackup.TREE)));
  }

  private SnapshotRecord record(
      String database,
      Instant startedAt,
      BackupSession session,
      BackupCatalog catalog,
      Optional<StoredSnapshot> parent,
      TreeSummary tree,
      DumpToc toc) {
    SortedMap<String, String> attributes = new TreeMap<>();
    attributes.put("database.0", database);
    attributes.put("serverVersion", Integer.toString(toc.serverVersion()));
    attributes.put("importedFrom", file);
    return new SnapshotRecord(
        BackupName.of(
            settings.source(),
            TYPE,
            startedAt,
            catalog.all().stream()
                .map(backup -> backup.record().name())
                .collect(Collectors.toSet())),
        settings.source(),
        DumpBackup.KIND,
        TYPE,
        parent.map(backup -> backup.record().name()),
        startedAt,
        context.clock().instant(),
        tree.logicalBytes(),
        session.storedBytes(),
        tree.files(),
        attributes,
        new TreeMap<>(Map.of(DumpBackup.TREE, tree.root())));
  }
}
