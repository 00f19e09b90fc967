package io.holdfast.engine.tenant;

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
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Puts a portable file of a tenant into a repository as a backup of that tenant, in its key
/// domain. A crash at any moment leaves nothing visible.
public final class TenantImport {
  private final EngineContext context;
  private final Repository repository;
  private final Settings settings;
  private final String file;

  /// @param file its name, which the backup remembers
  public TenantImport(
      EngineContext context, OpenRepository repository, Settings settings, String file) {
    this.context = context;
    this.repository = repository.repository();
    this.settings = settings;
    this.file = file;
  }

  /// What was published.
  public record Imported(StoredSnapshot backup, int tables, long rows, long bytes) {}

  /// Imports a file that was verified.
  public Imported run(PortableReader reader) throws IOException {
    PortableTenant tenant = new PortableTenant(reader, context);
    Instant createdAt = reader.manifest().origin().createdAt();
    Instant now = context.clock().instant();
    // Data are as old as they are: an old file is not the latest backup.
    Instant startedAt = createdAt.isBefore(now) ? createdAt : now;
    String domain = TenantDomain.of(tenant.toc().scope(), tenant.toc().id());
    try (BackupSession session = repository.beginSession(domain)) {
      BackupCatalog catalog = BackupCatalog.of(repository);
      Optional<StoredSnapshot> parent =
          catalog.newest(
              settings.source(),
              backup ->
                  backup.record().kind().equals(TenantBackup.KIND)
                      && backup.record().domain().equals(domain));
      UnsortedTree tree = draft(session, parent);
      TenantToc toc = tenant.fill(tree);
      context.progress().phase("publish", 0);
      context.cancellation().throwIfRequested();
      StoredSnapshot made =
          session.commit(record(toc, startedAt, session, catalog, parent, tree.finish()));
      return new Imported(
          made,
          toc.tables().size(),
          toc.tables().stream().mapToLong(TenantToc.Table::rows).sum(),
          toc.tables().stream().mapToLong(TenantToc.Table::bytes).sum());
    }
  }

  /// Beside the version before, unless that is damaged.
  private UnsortedTree draft(BackupSession session, Optional<StoredSnapshot> parent)
      throws IOException {
    Cutter cutter = new Cutter(TenantDraft.seed(session.chunks().ids()));
    try {
      return new UnsortedTree(session, treeOf(parent), 0, cutter);
    } catch (CorruptRepositoryException _) {
      return new UnsortedTree(session, Optional.empty(), 0, cutter);
    }
  }

  private Optional<TreeReader> treeOf(Optional<StoredSnapshot> backup) throws IOException {
    if (backup.isEmpty()) {
      return Optional.empty();
    }
    SnapshotRecord record = backup.get().record();
    return Optional.of(TreeReader.open(repository.reader(record), record.root(TenantDraft.TREE)));
  }

  private SnapshotRecord record(
      TenantToc toc,
      Instant startedAt,
      BackupSession session,
      BackupCatalog catalog,
      Optional<StoredSnapshot> parent,
      TreeSummary tree) {
    SortedMap<String, String> attributes = new TreeMap<>();
    attributes.put("scope", toc.scope());
    attributes.put("scopeId", toc.id());
    attributes.put(TenantDraft.FINGERPRINT, toc.fingerprint());
    attributes.put("importedFrom", file);
    return new SnapshotRecord(
        BackupName.of(
            settings.source(),
            toc.scope(),
            startedAt,
            catalog.all().stream()
                .map(backup -> backup.record().name())
                .collect(Collectors.toSet())),
        settings.source(),
        TenantBackup.KIND,
        toc.scope(),
        parent.map(backup -> backup.record().name()),
        startedAt,
        context.clock().instant(),
        tree.logicalBytes(),
        session.storedBytes(),
        tree.files(),
        attributes,
        new TreeMap<>(Map.of(TenantDraft.TREE, tree.root())));
  }
}
