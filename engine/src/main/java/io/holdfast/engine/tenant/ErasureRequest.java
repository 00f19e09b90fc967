package io.holdfast.engine.tenant;

import io.holdfast.engine.tenant.TenantRestoreRequest.Scope;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What is to be erased, and why.
///
/// @param id of the tenant
/// @param table of the row, by its name or its export name; empty for the whole tenant
/// @param key of the row; empty for the whole tenant
/// @param by who says so
public record ErasureRequest(
    Scope scope,
    String id,
    Optional<String> table,
    SortedMap<String, String> key,
    String reason,
    String by) {
  public ErasureRequest {
    key = new TreeMap<>(key);
    if (table.isPresent() == key.isEmpty()) {
      throw Erasures.bad(
          "a row is named by its table and its key",
          "Give --table with --key COLUMN=VALUE, or neither of both to erase the whole tenant.");
    }
  }
}
