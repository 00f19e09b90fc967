package io.holdfast.tenant.check;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.scope.Exclusion;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.ScopeMap.TableClass;
import java.util.List;

/// Holds a map against a database. Changes nothing; one thing that is wrong never keeps the rest
/// from being looked at. *Confined*.
public final class ScopeCheck {
  private final ScopeMap map;
  private final Catalog catalog;
  private final Findings findings = new Findings();

  private ScopeCheck(ScopeMap map, Catalog catalog) {
    this.map = map;
    this.catalog = catalog;
  }

  /// What can be seen from the schema alone.
  public static CheckReport check(ScopeMap map, Catalog catalog) {
    return new CheckReport(map.name(), new ScopeCheck(map, catalog).findings());
  }

  /// As [#check(ScopeMap, Catalog)], and the server is asked to plan the query for each table.
  public static CheckReport check(ScopeMap map, Catalog catalog, SqlConnection sql) {
    ScopeCheck check = new ScopeCheck(map, catalog);
    check.findings();
    check.plan(sql);
    return new CheckReport(map.name(), check.findings.list());
  }

  private List<Finding> findings() {
    catalog.classifiable().forEach(this::classified);
    undecided();
    new OwnershipExam(map, catalog, findings).run();
    new NameExam(map, catalog, findings).run();
    new SchemaDrift(map, catalog, findings).run();
    new Surroundings(map, catalog, findings).run();
    return findings.list();
  }

  private void classified(Table table) {
    List<TableClass> classes = map.classesOf(table.name());
    if (classes.isEmpty()) {
      findings.add(
          FindingCode.TABLE_UNCLASSIFIED,
          table.name(),
          "the map says nothing of this table",
          "Put it under owned, referenced or excluded; 'holdfast scope discover' makes a proposal.");
    } else if (classes.size() > 1) {
      findings.add(
          FindingCode.TABLE_IN_SEVERAL_CLASSES,
          table.name(),
          "the table is in several classes: " + classes,
          "Leave it in one; a pattern under excluded may fit more than it should.");
    }
  }

  private void undecided() {
    for (Exclusion exclusion : map.excluded()) {
      if (exclusion.isUndecided()) {
        String pattern = exclusion.pattern().text();
        String hint = "Give a reason why it is left out, or put it under owned or referenced.";
        exclusion
            .pattern()
            .exact()
            .ifPresentOrElse(
                table ->
                    findings.add(FindingCode.EXCLUSION_UNDECIDED, table, Exclusion.UNDECIDED, hint),
                () ->
                    findings.add(
                        FindingCode.EXCLUSION_UNDECIDED,
                        pattern + ": " + Exclusion.UNDECIDED,
                        hint));
      }
      if (catalog.classifiable().stream()
          .noneMatch(table -> exclusion.pattern().matches(table.name()))) {
        findings.add(
            FindingCode.PATTERN_FITS_NOTHING,
            exclusion.pattern().text() + " under excluded fits no table",
            "Take it out of the map, or correct it.");
      }
    }
  }

  private void plan(SqlConnection sql) {
    TenantRows rows;
    try {
      rows = TenantRows.of(map, catalog);
    } catch (BackupException e) {
      if (e.code() != ErrorCode.SCOPE_MAP_UNSUITABLE) {
        throw e;
      }
      return; // An error about it has been found already, see OwnershipExam.
    }
    for (QualifiedName table : map.owned().keySet()) {
      try {
        sql.query("EXPLAIN " + rows.of(table, ScopeId.absent()).select());
      } catch (BackupException e) {
        if (e.code() != ErrorCode.SCOPE_MAP_UNSUITABLE) {
          refused(table, e);
        }
      }
    }
  }

  /// What the server does not like about a query is a finding; that it went away is not.
  private void refused(QualifiedName table, BackupException e) {
    if (!(e.getCause() instanceof ServerErrorException answer)
        || answer.sqlState().startsWith("57")
        || answer.sqlState().startsWith("08")
        || answer.sqlState().startsWith("53")) {
      throw e;
    }
    findings.add(
        FindingCode.QUERY_REFUSED,
        table,
        "the server does not take the query for its rows: " + answer.serverMessage(),
        "Look at 'where' and 'via' of the table; 'holdfast scope explain --sql' shows the query.");
  }
}
