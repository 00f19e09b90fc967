package io.holdfast.tenant.restore;

import static io.holdfast.tenant.restore.StagedTable.pairs;

import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.ForeignKey.Action;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// What the database itself does to tables that are not in the scope when rows are deleted, because
/// their foreign keys say so. Nothing of it may come back into the scope, where the rows of other
/// tenants are.
final class OutsideScope {
  private final RestoreTables tables;
  private final Set<QualifiedName> unknown;

  /// @param unknown tables of which nobody said that they are nobody's
  OutsideScope(RestoreTables tables, Collection<QualifiedName> unknown) {
    this.tables = tables;
    this.unknown = Set.copyOf(unknown);
  }

  /// Whether a foreign key leads out of the scope, and the database may follow it.
  boolean follows(ForeignKey key) {
    return isOutside(key) && key.onDelete().touchesRows() && !returns(key);
  }

  private boolean isOutside(ForeignKey key) {
    return tables.holding(key.table()).isEmpty();
  }

  /// Whether rows of the scope are deleted or changed along with those that go by this key.
  private boolean returns(ForeignKey key) {
    Set<QualifiedName> seen = new HashSet<>();
    Deque<ForeignKey> next = new ArrayDeque<>();
    next.add(key);
    while (!next.isEmpty()) {
      ForeignKey now = next.remove();
      if (!isOutside(now) || unknown.contains(whole(now.table()))) {
        return true;
      }
      if (now.onDelete() == Action.CASCADE && seen.add(whole(now.table()))) {
        tables.catalog().tables().values().stream()
            .flatMap(table -> table.foreignKeys().stream())
            .filter(each -> whole(each.target()).equals(whole(now.table())))
            .filter(each -> each.onDelete().touchesRows())
            .forEach(next::add);
      }
    }
    return false;
  }

  private QualifiedName whole(QualifiedName name) {
    return tables.catalog().whole(name).map(Table::name).orElse(name);
  }

  /// Counts the rows that point to rows marked for deletion.
  String count(StagedTable staged, ForeignKey key) {
    Optional<Table> child = tables.catalog().table(key.table());
    return "SELECT pg_catalog.count(*) FROM "
        + child.orElseThrow().fromSql()
        + " c WHERE EXISTS (SELECT FROM "
        + staged.extra()
        + " e JOIN "
        + staged.table().fromSql()
        + " t ON "
        + staged.sameKey("t", "e")
        + " WHERE e."
        + StagedTable.WRITE
        + " AND "
        + pairs("c", key.columns(), "t", key.targetColumns())
        + ")";
  }
}
