package io.holdfast.tenant.closure;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One row of a larger scope, such as an account, in which a smaller one, such as a matter, has to
/// lie with everything that it owns. Who names the smaller one need not be trusted: whether it is
/// the larger one's is asked of the database, in the session in which rows are read or written.
public final class OuterScope {
  private final ScopeMap outer;
  private final String outerId;
  private final ScopeMap inner;
  private final Catalog catalog;
  private final TenantRows outerRows;
  private final TenantRows innerRows;

  private OuterScope(ScopeMap outer, String outerId, ScopeMap inner, Catalog catalog) {
    this.outer = outer;
    this.outerId = outerId;
    this.inner = inner;
    this.catalog = catalog;
    this.outerRows = TenantRows.of(outer, catalog);
    this.innerRows = TenantRows.of(inner, catalog);
  }

  /// @param outerId as the database writes it
  /// @throws BackupException `SCOPE_MAP_UNSUITABLE` if the inner scope owns a table that the outer
  ///   one does not, or if the database lacks what the maps need
  public static OuterScope of(ScopeMap outer, String outerId, ScopeMap inner, Catalog catalog) {
    for (QualifiedName table : inner.owned().keySet()) {
      if (!outer.owned().containsKey(table)) {
        throw new BackupException(
            ErrorCode.SCOPE_MAP_UNSUITABLE,
            "scope "
                + inner.name()
                + " owns "
                + table
                + ", which scope "
                + outer.name()
                + " does not own: it does not lie within it",
            "Let scope "
                + outer.name()
                + " own the table too, or exclude it from the smaller one.");
      }
    }
    return new OuterScope(outer, outerId, inner, catalog);
  }

  /// What rows that are not the outer scope's name.
  public NamesOfOthers others() {
    return new NamesOfOthers(outer, catalog, ScopeId.of(outerId));
  }

  /// Asks for the row of the inner scope's root.
  ///
  /// @param shown the id as the caller gave it
  /// @throws BackupException `BAD_ARGUMENT` if it is not there or is somebody else's: nobody learns
  ///   which
  public void requireRoot(DatabaseSession session, String id, String shown) throws IOException {
    if (root(session, id).own() == 0) {
      throw TenantRows.noRow(inner, shown);
    }
  }

  /// Asks for the row of the inner scope's root, which need not be there.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if it is somebody else's
  public void requireNoOthersRoot(DatabaseSession session, String id) throws IOException {
    Root root = root(session, id);
    if (root.there() > root.own()) {
      throw TenantRows.noRow(inner, id);
    }
  }

  /// How many rows of an id there are, and how many of them are the outer scope's.
  private record Root(long there, long own) {}

  private Root root(DatabaseSession session, String id) throws IOException {
    QualifiedName table = inner.root().table();
    String condition = outerRows.condition(table, RowSelection.ALIAS, ScopeId.of(outerId));
    if (table.equals(outer.root().table())) {
      condition = "(" + condition + ") AND " + column(outer.root().key()) + " = " + outerIdSql();
    }
    List<String> counts =
        session
            .query(
                "SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE "
                    + condition
                    + ") FROM "
                    + catalog.table(table).orElseThrow().fromSql()
                    + " AS "
                    + RowSelection.ALIAS
                    + " WHERE "
                    + column(inner.root().key())
                    + " = "
                    + ScopeId.of(id).sql())
            .getFirst();
    return new Root(Long.parseLong(counts.get(0)), Long.parseLong(counts.get(1)));
  }

  private static String column(String name) {
    return RowSelection.ALIAS + "." + quoted(name);
  }

  private String outerIdSql() {
    return ScopeId.of(outerId).sql();
  }

  /// Looks for rows that are the inner scope's and not the outer one's: a paper of one account that
  /// is filed under a matter of another one.
  ///
  /// @return what is wrong, in words; empty if nothing is
  public Optional<String> strangers(DatabaseSession session, String id) throws IOException {
    for (QualifiedName table : inner.owned().keySet()) {
      RowSelection own = innerRows.of(table, ScopeId.of(id));
      String condition = outerRows.condition(table, RowSelection.ALIAS, ScopeId.of(outerId));
      String rows =
          session.value(
              "SELECT pg_catalog.count(*) FROM "
                  + own.from()
                  + " WHERE ("
                  + own.predicate()
                  + ") AND ("
                  + condition
                  + ") IS NOT TRUE");
      if (!rows.equals("0")) {
        return Optional.of(rows + " rows of " + table + " are " + inOnly(id));
      }
    }
    return Optional.empty();
  }

  /// In words: of the inner scope, and not of the outer one.
  public String inOnly(String id) {
    return "of " + inner.name() + " " + id + " and not of " + outer.name() + " " + outerId;
  }

  /// Whether a row that is to be written would be the outer scope's; empty if that cannot be said
  /// before it is written.
  ///
  /// @param alias by which the row stands behind FROM
  /// @param columns that it has
  public Optional<String> conditionOfNew(QualifiedName table, String alias, Set<String> columns) {
    return outerRows.conditionOfNew(
        table, alias, ScopeId.of(outerId), columns, inner.owned().keySet());
  }
}
