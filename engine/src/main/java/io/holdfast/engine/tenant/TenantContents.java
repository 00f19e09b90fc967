package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.tree.TreeFileStream;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.tenant.scope.ScopeFileReader;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The backup of a tenant in a repository, opened for reading. *Confined.*
final class TenantContents {
  static final String IMPORTED_FROM = "importedFrom";
  private static final int SCOPE_BYTES_MAX = 64 << 20;
  private static final int UNDO_BYTES_MAX = 256 << 20;

  private final StoredSnapshot backup;
  private final TreeReader tree;
  private final TenantToc toc;

  private TenantContents(StoredSnapshot backup, TreeReader tree, TenantToc toc) {
    this.backup = backup;
    this.tree = tree;
    this.toc = toc;
  }

  /// Takes what a file has, piece by piece.
  @FunctionalInterface
  interface Sink {
    void take(byte[] bytes, int offset, int length) throws IOException;
  }

  /// Opens a backup of a tenant by its name, or the newest one.
  ///
  /// @param kind of the newest one
  /// @throws BackupException `BACKUP_NOT_FOUND`; `BAD_ARGUMENT` if it is of somebody else
  static TenantContents open(
      Repository repository,
      String nameOrLatest,
      String source,
      String kind,
      String scope,
      String id)
      throws IOException {
    BackupCatalog catalog = BackupCatalog.of(repository);
    StoredSnapshot backup;
    if (nameOrLatest.equals(BackupCatalog.LATEST)) {
      backup =
          catalog
              .newest(source, found -> isNewest(found, kind, scope, id) && isWhole(found))
              .or(() -> catalog.newest(source, found -> isNewest(found, kind, scope, id)))
              .orElseThrow(() -> none(kind, scope, id));
    } else {
      backup = catalog.require(nameOrLatest, source);
      requireOf(backup, kind, scope, id);
    }
    return of(repository, backup);
  }

  /// @param backup of a tenant
  static TenantContents of(Repository repository, StoredSnapshot backup) throws IOException {
    SnapshotRecord record = backup.record();
    TreeReader tree = TreeReader.open(repository.reader(record), record.root(TenantDraft.TREE));
    TreeFile toc = file(tree, TenantPaths.TOC, record.name());
    return new TenantContents(
        backup, tree, TenantToc.decode(tree.readAll(toc, TenantToc.BYTES_MAX)));
  }

  private static boolean isNewest(StoredSnapshot backup, String kind, String scope, String id) {
    return backup.record().kind().equals(kind) && isOf(backup, scope, id);
  }

  /// Whether no table was left out. One with fewer tables is restored by its name only, unless
  /// there is no other.
  private static boolean isWhole(StoredSnapshot backup) {
    return backup.record().attributes().keySet().stream()
        .noneMatch(name -> name.startsWith(TenantDraft.SKIPPED));
  }

  static boolean isOf(StoredSnapshot backup, String scope, String id) {
    return scope.equals(backup.record().attributes().get(TenantDraft.SCOPE))
        && id.equals(backup.record().attributes().get(TenantDraft.SCOPE_ID));
  }

  private static BackupException none(String kind, String scope, String id) {
    return kind.equals(TenantDraft.SAFETY_KIND)
        ? new BackupException(
            ErrorCode.BACKUP_NOT_FOUND,
            "no restore of " + scope + " " + id + " is there to be undone",
            "'holdfast list' shows what there is; what a restore changed is kept as a backup of"
                + " kind "
                + kind
                + ".")
        : new BackupException(
            ErrorCode.BACKUP_NOT_FOUND,
            "there is no backup of " + scope + " " + id,
            "'holdfast list' shows what there is; 'holdfast tenant backup' makes one.");
  }

  private static void requireOf(StoredSnapshot backup, String kind, String scope, String id) {
    SnapshotRecord record = backup.record();
    boolean tenants =
        record.kind().equals(TenantDraft.KIND) || record.kind().equals(TenantDraft.SAFETY_KIND);
    if (!tenants || (kind.equals(TenantDraft.SAFETY_KIND) && !record.kind().equals(kind))) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          record.name() + " is of kind " + record.kind(),
          "Name a backup of kind " + kind + "; 'holdfast list' shows them.");
    }
    if (!isOf(backup, scope, id)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          record.name()
              + " is of "
              + record.attributes().get(TenantDraft.SCOPE)
              + " "
              + record.attributes().get(TenantDraft.SCOPE_ID),
          "Give its scope and id, or choose another backup.");
    }
  }

  private static TreeFile file(TreeReader tree, String path, String backup) throws IOException {
    return tree.file(path)
        .orElseThrow(
            () -> CorruptRepositoryException.missing("'" + path + "' is not in " + backup));
  }

  StoredSnapshot backup() {
    return backup;
  }

  String name() {
    return backup.record().name();
  }

  TenantToc toc() {
    return toc;
  }

  /// The database that it was made of, if it says.
  Optional<String> database() {
    return Optional.ofNullable(backup.record().attributes().get(TenantDraft.DATABASE));
  }

  /// What its maker wanted to find it by, as attributes.
  Map<String, String> labels() {
    return backup.record().attributes().entrySet().stream()
        .filter(attribute -> attribute.getKey().startsWith(TenantDraft.LABEL))
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /// Whether it came from a file, which anybody may have made.
  boolean isImported() {
    return backup.record().attributes().containsKey(IMPORTED_FROM);
  }

  /// The scope map by which it was made.
  ScopeMap map() throws IOException {
    byte[] text = tree.readAll(file(tree, TenantPaths.SCOPE, name()), SCOPE_BYTES_MAX);
    Path place = Path.of(TenantPaths.SCOPE + " of " + name());
    if (ScopeFileReader.parse(place, new String(text, StandardCharsets.UTF_8))
        instanceof ScopeMap map) {
      return map;
    }
    throw CorruptRepositoryException.missing("the scope map of " + name() + " has a base");
  }

  boolean has(String path) throws IOException {
    return tree.file(path).isPresent();
  }

  /// Whether it has anything of a group of files.
  boolean hasGroup(String name) {
    return toc.files().stream().anyMatch(group -> group.name().equals(name) && group.count() > 0);
  }

  /// Whether it has anything of a group of large objects.
  boolean hasObjects(String name) {
    return toc.largeObjects().stream()
        .anyMatch(group -> group.name().equals(name) && group.count() > 0);
  }

  /// All of a file that is not large.
  byte[] all(String path) throws IOException {
    return tree.readAll(file(tree, path, name()), UNDO_BYTES_MAX);
  }

  /// Hands out what a file has.
  void copy(String path, Sink sink) throws IOException {
    TreeFile file = file(tree, path, name());
    byte[] piece = new byte[FileLayout.EXTENT_BYTES];
    for (long i = 0; i < file.extents(); i++) {
      sink.take(piece, 0, tree.readExtent(file, i, piece));
    }
  }

  /// The SHA-256 of a file in hexadecimal digits.
  String hash(String path) throws IOException {
    MessageDigest sha = AssetStore.sha256();
    copy(path, sha::update);
    return HexFormat.of().formatHex(sha.digest());
  }

  /// How long a file is.
  long bytes(String path) throws IOException {
    return file(tree, path, name()).entry().size();
  }

  /// What a file has, to be read.
  InputStream stream(String path) throws IOException {
    return new TreeFileStream(tree, file(tree, path, name()));
  }
}
