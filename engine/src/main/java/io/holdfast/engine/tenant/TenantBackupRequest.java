package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Whose rows to back up, and what beside them.
///
/// @param map the scope map
/// @param id of the root's row
/// @param without asset groups that are left out
/// @param skipped owned tables whose rows are left out, as `schema.table` or by their export names
/// @param stores where the stores that the map names are, by name
/// @param lockWait how long to wait for others who change tables
public record TenantBackupRequest(
    Path map,
    String id,
    Set<String> without,
    List<String> skipped,
    Map<String, StorePlace> stores,
    Duration lockWait) {
  TenantBackupRequest withId(String other) {
    return new TenantBackupRequest(map, other, without, skipped, stores, lockWait);
  }

  public TenantBackupRequest {
    without = Set.copyOf(without);
    skipped = List.copyOf(skipped);
    stores = Map.copyOf(stores);
    if (id.isEmpty() || id.length() > 1_000) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "an id of " + id.length() + " characters names nobody",
          "Give the value of the root's key column with --id.");
    }
  }
}
