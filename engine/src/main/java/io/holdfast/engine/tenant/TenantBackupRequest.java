package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.application.StorePlace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Whose rows to back up, and what beside them. [#of] asks for the usual.
///
/// @param map the scope map
/// @param id of the root's row
/// @param within whose the root's row has to be, if not just anybody's
/// @param without asset groups that are left out
/// @param skipped owned tables whose rows are left out, as `schema.table` or by their export names
/// @param stores where the stores that the map names are, by name
/// @param shared what becomes of files and large objects that rows of others name, too
/// @param labels what the caller wants to find the backup by; attributes `label.NAME` of it, and of
///   backups that restores of it make
/// @param lockWait how long to wait for others who change tables
public record TenantBackupRequest(
    Path map,
    String id,
    Optional<Within> within,
    Set<String> without,
    List<String> skipped,
    Map<String, StorePlace> stores,
    SharedAssets shared,
    Map<String, String> labels,
    Duration lockWait) {
  /// How many labels one backup has.
  public static final int LABELS_MAX = 16;

  /// How long the value of a label is.
  public static final int LABEL_CHARACTERS_MAX = 200;

  static final int ID_CHARACTERS_MAX = 1_000;
  static final Duration USUAL_LOCK_WAIT = Duration.ofSeconds(60);

  private static final Pattern LABEL_NAME = Pattern.compile("[a-z][a-z0-9-]{0,30}");

  public TenantBackupRequest {
    without = Set.copyOf(without);
    skipped = List.copyOf(skipped);
    stores = Map.copyOf(stores);
    labels = Map.copyOf(labels);
    if (id.isEmpty() || id.length() > ID_CHARACTERS_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "an id of " + id.length() + " characters names nobody",
          "Give the value of the root's key column with --id.");
    }
    requireLabels(labels);
  }

  static void requireLabels(Map<String, String> labels) {
    if (labels.size() > LABELS_MAX) {
      throw wrongLabel("a backup cannot have " + labels.size() + " labels");
    }
    labels.forEach(TenantBackupRequest::requireLabel);
  }

  private static void requireLabel(String name, String value) {
    if (!LABEL_NAME.matcher(name).matches()) {
      throw wrongLabel("'" + name + "' cannot be the name of a label");
    }
    if (value.length() > LABEL_CHARACTERS_MAX) {
      throw wrongLabel("the value of label " + name + " has " + value.length() + " characters");
    }
  }

  private static BackupException wrongLabel(String what) {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        what,
        "Give at most "
            + LABELS_MAX
            + " labels; names are a lower case letter and up to 30 lower case letters, digits and"
            + " hyphens, values have at most "
            + LABEL_CHARACTERS_MAX
            + " characters.");
  }

  /// Everything of one tenant, without files of stores.
  public static TenantBackupRequest of(Path map, String id) {
    return new TenantBackupRequest(
        map,
        id,
        Optional.empty(),
        Set.of(),
        List.of(),
        Map.of(),
        SharedAssets.INCLUDED,
        Map.of(),
        USUAL_LOCK_WAIT);
  }

  TenantBackupRequest withId(String other) {
    return new TenantBackupRequest(
        map, other, within, without, skipped, stores, shared, labels, lockWait);
  }

  /// The same, of a scope that has to lie within a larger one.
  public TenantBackupRequest withWithin(Within other) {
    return new TenantBackupRequest(
        map, id, Optional.of(other), without, skipped, stores, shared, labels, lockWait);
  }

  public TenantBackupRequest withWithout(Set<String> other) {
    return new TenantBackupRequest(
        map, id, within, other, skipped, stores, shared, labels, lockWait);
  }

  public TenantBackupRequest withSkipped(List<String> other) {
    return new TenantBackupRequest(
        map, id, within, without, other, stores, shared, labels, lockWait);
  }

  public TenantBackupRequest withStores(Map<String, StorePlace> other) {
    return new TenantBackupRequest(
        map, id, within, without, skipped, other, shared, labels, lockWait);
  }

  public TenantBackupRequest withShared(SharedAssets other) {
    return new TenantBackupRequest(
        map, id, within, without, skipped, stores, other, labels, lockWait);
  }

  public TenantBackupRequest withLabels(Map<String, String> other) {
    return new TenantBackupRequest(
        map, id, within, without, skipped, stores, shared, other, lockWait);
  }

  public TenantBackupRequest withLockWait(Duration other) {
    return new TenantBackupRequest(
        map, id, within, without, skipped, stores, shared, labels, other);
  }
}
