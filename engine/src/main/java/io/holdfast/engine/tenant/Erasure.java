package io.holdfast.engine.tenant;

import io.holdfast.tenant.restore.ErasedRow;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// Somebody asked for rows to be gone for good: one tenant, or one row of a tenant's table with all
/// that goes with it. As long as nobody withdraws it, no restore brings them back.
///
/// @param id of the record in the repository
/// @param map id of the record that has the scope map by which it was asked for
/// @param withdrawn set if it counts no more
public record Erasure(
    String id,
    Instant at,
    String by,
    String reason,
    Origin origin,
    String scope,
    String tenant,
    Extent extent,
    ErasedRow row,
    String map,
    Optional<Withdrawal> withdrawn) {
  /// The database that had the rows.
  ///
  /// @param source the name of its server in the repository
  /// @param database its name there
  /// @param identity of the cluster and the database in it, if the role could ask
  public record Origin(String source, String database, Optional<String> identity) {}

  /// How much goes.
  public enum Extent {
    TENANT("tenant"),
    ROW("row");

    private final String word;

    Extent(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  /// Who took it back.
  public record Withdrawal(Instant at, String by, String reason) {
    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("at", at.toString());
      map.put("by", by);
      map.put("reason", reason);
      return map;
    }
  }

  /// Whether it still counts.
  public boolean holds() {
    return withdrawn.isEmpty();
  }

  /// Whether it says the same of the same rows.
  boolean isTwinOf(Erasure other) {
    return origin.source().equals(other.origin.source())
        && origin.database().equals(other.origin.database())
        && scope.equals(other.scope)
        && tenant.equals(other.tenant)
        && row.equals(other.row);
  }

  Erasure withId(String other) {
    return new Erasure(other, at, by, reason, origin, scope, tenant, extent, row, map, withdrawn);
  }

  Erasure withMap(String other) {
    return new Erasure(id, at, by, reason, origin, scope, tenant, extent, row, other, withdrawn);
  }

  Erasure withdrawn(Withdrawal withdrawal) {
    return new Erasure(
        id, at, by, reason, origin, scope, tenant, extent, row, map, Optional.of(withdrawal));
  }

  /// What it is about, for people.
  public String text() {
    return switch (extent) {
      case TENANT -> scope + " " + tenant;
      case ROW -> row + " of " + scope + " " + tenant;
    };
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", id);
    map.put("at", at.toString());
    map.put("by", by);
    map.put("reason", reason);
    map.put("source", origin.source());
    map.put("database", origin.database());
    map.put("scope", scope);
    map.put("scopeId", tenant);
    map.put("extent", extent.word());
    map.put("table", row.table().text());
    map.put("key", row.key());
    map.put("withdrawn", withdrawn.map(Withdrawal::toMap));
    return map;
  }

  SortedMap<String, String> key() {
    return row.key();
  }
}
