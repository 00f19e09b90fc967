package io.holdfast.tenant.restore;

import static io.holdfast.tenant.restore.StagedTable.pairs;

import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.ForeignKey.Action;
import io.holdfast.tenant.scope.Via;
import java.util.ArrayList;
import java.util.List;

/// What goes with a row that is erased: rows that belong to the tenant by it, as `via` says, and
/// those that the database deletes along with it. Rows that belong to the tenant by another one and
/// only point here do not go.
final class Following {
  private final RestoreTables tables;
  private final Membership membership;

  Following(RestoreTables tables, Membership membership) {
    this.tables = tables;
    this.membership = membership;
  }

  /// Conditions under which a row `c` of a table goes when a row `t` of another one does.
  List<String> conditions(StagedTable child, StagedTable parent) {
    List<String> conditions = new ArrayList<>(membership.dependants(child, parent));
    for (ForeignKey key : keys(child, parent)) {
      if (follows(child, key)) {
        conditions.add(pairs("c", key.columns(), "t", key.targetColumns()));
      }
    }
    return conditions;
  }

  /// Foreign keys that lead from rows of a table to rows of another one.
  List<ForeignKey> keys(StagedTable child, StagedTable parent) {
    return tables.foreignKeysTo(parent).stream()
        .filter(key -> tables.holding(key.table()).filter(child::equals).isPresent())
        .toList();
  }

  /// Whether rows go that point to an erased one by this key.
  boolean follows(StagedTable child, ForeignKey key) {
    return key.onDelete() == Action.CASCADE
        || (tables.map().owned(child.name()).orElseThrow().via()
                instanceof Via.OfForeignKey(String constraint)
            && constraint.equals(key.name()));
  }
}
