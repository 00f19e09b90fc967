package io.holdfast.engine.catalog;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.BackupName;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.tree.TreeFileStream;
import io.holdfast.engine.tree.UnsortedTree;
import io.holdfast.files.content.Cutter;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeSummary;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Saves catalogs in the repository and finds them again. One is a tree of files, one for each
/// table; what did not change since the last one is not stored again. See `docs/format/catalog.md`.
///
/// Nothing of it is in a key domain that can be shredded.
public final class CatalogBackup {
  /// What such a snapshot is said to be a backup of.
  public static final String SOURCE = "holdfast-catalog";

  /// What is kept of each lineage: the newest so many,
  static final int NEWEST_KEPT = 20;

  /// and the last one of each day for so long.
  static final Duration DAYS_KEPT = Duration.ofDays(90);

  private static final String TREE = "catalog";
  private static final String CUT_LABEL = "holdfast catalog cut";
  private static final Pattern PART = Pattern.compile("[a-z][a-z0-9_]{0,62}");

  private final EngineContext context;
  private final Repository repository;

  public CatalogBackup(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Brings the parts of a catalog.
  @FunctionalInterface
  public interface Content {
    void write(Parts parts) throws IOException;
  }

  /// Takes the parts of a catalog.
  @FunctionalInterface
  public interface Parts {
    /// Begins a part, which is saved when the stream was closed.
    ///
    /// @param name lower-case letters, digits and underscores
    OutputStream begin(String name) throws IOException;
  }

  /// Takes a part that was saved; the stream is closed by whoever brings it.
  @FunctionalInterface
  public interface PartReader {
    void read(String name, InputStream in) throws IOException;
  }

  /// Saves a catalog. Nothing is published before all of it was written; a crash at any moment
  /// leaves nothing visible.
  ///
  /// @param facts for people and for whoever reads it; few and short
  public SavedCatalog save(String lineage, Map<String, String> facts, Content content) {
    return Failures.translate("save the catalog", () -> saveNow(lineage, facts, content));
  }

  private SavedCatalog saveNow(String lineage, Map<String, String> facts, Content content)
      throws IOException {
    Instant now = context.clock().instant();
    try (BackupSession session = repository.beginSession()) {
      BackupCatalog known = BackupCatalog.of(repository);
      Optional<StoredSnapshot> parent = newest(known, lineage);
      UnsortedTree tree = draft(session, parent, now);
      content.write(name -> tree.begin(required(name)));
      TreeSummary summary = tree.finish();
      context.cancellation().throwIfRequested();
      return SavedCatalog.of(
          session.commit(record(lineage, facts, now, session, known, parent, summary)));
    }
  }

  private static String required(String name) {
    if (!PART.matcher(name).matches()) {
      throw new IllegalArgumentException("no name of a part: " + name);
    }
    return name;
  }

  private UnsortedTree draft(BackupSession session, Optional<StoredSnapshot> parent, Instant now)
      throws IOException {
    Cutter cutter = new Cutter(seed(session.chunks().ids()));
    long seconds = now.getEpochSecond();
    try {
      Optional<TreeReader> before =
          parent.isEmpty() ? Optional.empty() : Optional.of(tree(parent.get()));
      return new UnsortedTree(session, before, seconds, cutter);
    } catch (CorruptRepositoryException _) {
      // A damaged one is no reason not to save the next.
      return new UnsortedTree(session, Optional.empty(), seconds, cutter);
    }
  }

  private TreeReader tree(StoredSnapshot stored) throws IOException {
    SnapshotRecord record = stored.record();
    return TreeReader.open(repository.reader(record), record.root(TREE));
  }

  /// A number that only holders of the keys know.
  private static long seed(ChunkIds ids) {
    byte[] label = CUT_LABEL.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.wrap(ids.of(ChunkType.ROOT, label, 0, label.length).toBytes()).getLong();
  }

  private SnapshotRecord record(
      String lineage,
      Map<String, String> facts,
      Instant startedAt,
      BackupSession session,
      BackupCatalog known,
      Optional<StoredSnapshot> parent,
      TreeSummary tree) {
    return new SnapshotRecord(
        BackupName.of(
            SOURCE,
            "full",
            startedAt,
            known.all().stream().map(backup -> backup.record().name()).collect(Collectors.toSet())),
        SOURCE,
        SavedCatalog.KIND,
        "full",
        parent.map(backup -> backup.record().name()),
        startedAt,
        context.clock().instant(),
        tree.logicalBytes(),
        session.storedBytes(),
        tree.files(),
        SavedCatalog.attributes(lineage, facts),
        new TreeMap<>(Map.of(TREE, tree.root())));
  }

  /// What is saved, oldest first.
  public List<SavedCatalog> list() {
    return Failures.translate(
        "list saved catalogs",
        () -> all(BackupCatalog.of(repository)).stream().map(SavedCatalog::of).toList());
  }

  private static List<StoredSnapshot> all(BackupCatalog known) {
    return known.all().stream()
        .filter(backup -> backup.record().kind().equals(SavedCatalog.KIND))
        .toList();
  }

  private static Optional<StoredSnapshot> newest(BackupCatalog known, String lineage) {
    return all(known).reversed().stream()
        .filter(backup -> SavedCatalog.of(backup).lineage().equals(lineage))
        .findFirst();
  }

  /// Hands out all parts of a saved catalog.
  ///
  /// @param id or name
  /// @param order gets the names of the parts and answers which it wants, in this order
  /// @throws BackupException `BACKUP_NOT_FOUND`, `OBJECT_CORRUPT`
  public void read(String id, UnaryOperator<List<String>> order, PartReader reader) {
    Failures.run("read a saved catalog", () -> readNow(id, order, reader));
  }

  private void readNow(String id, UnaryOperator<List<String>> order, PartReader reader)
      throws IOException {
    TreeReader tree = tree(require(id));
    SortedMap<String, TreeFile> files = new TreeMap<>();
    tree.forEachFile(file -> files.put(file.entry().path(), file));
    for (String name : order.apply(List.copyOf(files.keySet()))) {
      TreeFile file = Objects.requireNonNull(files.get(name), name);
      try (InputStream in = new TreeFileStream(tree, file)) {
        reader.read(name, in);
      }
    }
  }

  private StoredSnapshot require(String id) throws IOException {
    StoredSnapshot stored = BackupCatalog.of(repository).require(id, SOURCE);
    if (!stored.record().kind().equals(SavedCatalog.KIND)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(id) + " is no saved catalog but a backup of kind " + stored.record().kind(),
          "'holdfast catalog list' shows the saved catalogs.");
    }
    return stored;
  }

  /// Forgets those of a lineage that newer ones stand in for: neither among the newest
  /// [#NEWEST_KEPT] nor the last of a day of the last [#DAYS_KEPT]. Other lineages are not touched.
  ///
  /// @return the forgotten ones
  public List<SavedCatalog> thin(String lineage) {
    return Failures.translate(
        "forget saved catalogs",
        () -> {
          List<StoredSnapshot> superfluous =
              superfluous(
                  all(BackupCatalog.of(repository)).stream()
                      .filter(backup -> SavedCatalog.of(backup).lineage().equals(lineage))
                      .toList(),
                  context.clock().instant());
          if (!superfluous.isEmpty()) {
            repository.forget(superfluous.stream().map(StoredSnapshot::id).toList());
          }
          return superfluous.stream().map(SavedCatalog::of).toList();
        });
  }

  private static List<StoredSnapshot> superfluous(List<StoredSnapshot> oldestFirst, Instant now) {
    List<StoredSnapshot> go = new ArrayList<>();
    Set<LocalDate> days = new HashSet<>();
    int place = 0;
    for (StoredSnapshot backup : oldestFirst.reversed()) {
      Instant at = backup.record().startedAt();
      boolean lastOfDay = days.add(LocalDate.ofInstant(at, ZoneOffset.UTC));
      boolean kept = place < NEWEST_KEPT || (lastOfDay && at.isAfter(now.minus(DAYS_KEPT)));
      place++;
      if (!kept) {
        go.add(backup);
      }
    }
    return go;
  }
}
