package io.holdfast.tenant.restore;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.scope.Triggers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Does what a plan says, in one statement: the server looks at foreign keys when all of it is
/// done, so circles need no order, and a cascade finds nothing that it was not meant to find.
final class Application {
  private final DatabaseSession session;
  private final RestoreTables tables;
  private final TenantRows rows;
  private final ScopeId id;
  private final Triggers triggers;

  Application(
      DatabaseSession session,
      RestoreTables tables,
      TenantRows rows,
      ScopeId id,
      Triggers triggers) {
    this.triggers = triggers;
    this.session = session;
    this.tables = tables;
    this.rows = rows;
    this.id = id;
  }

  /// One of the parts of the statement.
  private record Step(String name, String sql, QualifiedName table, String what, long expected) {}

  /// Writes and deletes rows, and looks whether it became what was planned.
  ///
  /// @return remarks, about rows that triggers changed
  /// @throws BackupException `CHECK_FAILED` if not; the transaction has to be rolled back
  List<String> run(RestorePlan plan) throws IOException {
    List<Step> steps = steps(plan);
    if (steps.isEmpty()) {
      return List.of();
    }
    List<String> counts = execute(plan, statement(steps));
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (Long.parseLong(counts.get(i)) != step.expected()) {
        throw new BackupException(
            ErrorCode.CHECK_FAILED,
            counts.get(i)
                + " rows of "
                + step.table()
                + " were "
                + step.what()
                + " where the plan says "
                + step.expected(),
            "Nothing was changed. A trigger or rule of the table may withhold rows.");
      }
    }
    session.query("SET CONSTRAINTS ALL IMMEDIATE");
    List<String> remarks = new ArrayList<>();
    for (TablePlan table : plan.tables()) {
      if (!table.work().isEmpty()) {
        check(tables.find(table.table()).orElseThrow(), remarks);
      }
    }
    return remarks;
  }

  private List<String> execute(RestorePlan plan, String statement) throws IOException {
    return switch (triggers) {
      case FIRE -> session.query(statement).getFirst();
      case REPLICA -> {
        session.query("SET LOCAL session_replication_role = replica");
        List<String> counts = session.query(statement).getFirst();
        session.query("SET LOCAL session_replication_role = origin");
        for (TablePlan table : plan.tables()) {
          if (!table.work().isEmpty()) {
            checkKeys(tables.find(table.table()).orElseThrow());
          }
        }
        yield counts;
      }
    };
  }

  /// What the server does with foreign keys, done here: the rows that are pointed to are locked, so
  /// that nobody deletes them meanwhile, and have to be there.
  private void checkKeys(StagedTable staged) throws IOException {
    for (ForeignKey key : staged.table().foreignKeys()) {
      if (!staged.columns().containsAll(key.columns())) {
        continue;
      }
      String parents =
          " FROM "
              + tables.catalog().table(key.target()).orElseThrow().fromSql()
              + " p WHERE "
              + StagedTable.pairs("p", key.targetColumns(), "s", key.columns());
      String written = " FROM " + staged.stage() + " s WHERE s." + StagedTable.WRITE;
      session.query(
          "SELECT pg_catalog.count(*) FROM (SELECT 1"
              + parents.replace(" p WHERE ", " p WHERE EXISTS (SELECT" + written + " AND ")
              + ") FOR KEY SHARE OF p) locked");
      String lost =
          session.value(
              "SELECT pg_catalog.count(*)"
                  + written
                  + " AND "
                  + key.columns().stream()
                      .map(column -> StagedTable.column("s", column) + " IS NOT NULL")
                      .collect(Collectors.joining(" AND "))
                  + " AND NOT EXISTS (SELECT"
                  + parents
                  + ")");
      if (!lost.equals("0")) {
        throw new BackupException(
            ErrorCode.CHECK_FAILED,
            lost + " rows of " + staged.name() + " would point to nothing by " + key.name(),
            "Nothing was changed. Look at a new preview.");
      }
    }
  }

  /// Deletes come first and give up unique values, then updates, then inserts; among tables those
  /// that are pointed to are written before and deleted after those that point.
  private List<Step> steps(RestorePlan plan) {
    List<Step> steps = new ArrayList<>();
    for (TablePlan table : plan.tables().reversed()) {
      if (table.work().deletes() > 0) {
        steps.add(delete(steps, table));
      }
    }
    for (TablePlan table : plan.tables()) {
      if (table.work().updates() > 0) {
        steps.add(update(steps, table));
      }
    }
    for (TablePlan table : plan.tables()) {
      if (table.work().inserts() > 0) {
        steps.add(insert(steps, table));
      }
    }
    return steps;
  }

  private static String statement(List<Step> steps) {
    return "WITH "
        + steps.stream()
            .map(step -> step.name() + " AS (" + step.sql() + " RETURNING 1)")
            .collect(Collectors.joining(",\n"))
        + "\nSELECT "
        + steps.stream()
            .map(step -> "(SELECT pg_catalog.count(*) FROM " + step.name() + ")")
            .collect(Collectors.joining(", "));
  }

  /// Makes a step wait for the one before it. The server runs parts of a statement when somebody
  /// asks for their rows.
  private static String behind(List<Step> steps) {
    return steps.isEmpty()
        ? ""
        : " AND (SELECT pg_catalog.count(*) FROM " + steps.getLast().name() + ") >= 0";
  }

  private Step delete(List<Step> before, TablePlan plan) {
    StagedTable staged = tables.find(plan.table()).orElseThrow();
    String sql =
        "DELETE FROM "
            + staged.table().fromSql()
            + " t USING "
            + staged.extra()
            + " e WHERE e."
            + StagedTable.WRITE
            + " AND "
            + staged.sameKey("t", "e")
            + behind(before);
    return new Step("d" + staged.number(), sql, plan.table(), "deleted", plan.work().deletes());
  }

  private Step update(List<Step> before, TablePlan plan) {
    StagedTable staged = tables.find(plan.table()).orElseThrow();
    String sql =
        "UPDATE "
            + staged.table().fromSql()
            + " t SET "
            + staged.written().stream()
                .map(name -> quoted(name) + " = " + StagedTable.column("s", name))
                .collect(Collectors.joining(", "))
            + " FROM "
            + staged.stage()
            + " s WHERE "
            + planned(StagedTable.CHANGED)
            + " AND "
            + staged.sameKey("t", "s")
            + behind(before);
    return new Step("u" + staged.number(), sql, plan.table(), "updated", plan.work().updates());
  }

  private Step insert(List<Step> before, TablePlan plan) {
    StagedTable staged = tables.find(plan.table()).orElseThrow();
    String columns = quoted(staged.columns());
    String sql =
        "INSERT INTO "
            + staged.name().sql()
            + " ("
            + columns
            + ") OVERRIDING SYSTEM VALUE SELECT "
            + columns
            + " FROM "
            + staged.stage()
            + " s WHERE "
            + planned(StagedTable.NEW)
            + behind(before);
    return new Step("i" + staged.number(), sql, plan.table(), "inserted", plan.work().inserts());
  }

  private static String planned(char state) {
    return "s." + StagedTable.WRITE + " AND s." + StagedTable.STATE + " = '" + state + "'";
  }

  /// Everything that was written has to be the tenant's, and should be what the backup has.
  private void check(StagedTable staged, List<String> remarks) throws IOException {
    String written = " FROM " + staged.stage() + " s WHERE s." + StagedTable.WRITE;
    // What the server knows of the table is from before the restore, so it would think of few rows
    // and compare each with all.
    session.query(
        "CREATE TEMP TABLE "
            + staged.owned().substring("pg_temp.".length())
            + " ON COMMIT DROP AS "
            + rows.of(staged.name(), id).select(staged.key().columns()));
    session.query("ANALYZE " + staged.owned());
    long strangers =
        Long.parseLong(
            session.value(
                "SELECT pg_catalog.count(*)"
                    + written
                    + " AND NOT EXISTS (SELECT FROM "
                    + staged.owned()
                    + " k WHERE "
                    + staged.sameKey("k", "s")
                    + ")"));
    if (strangers > 0) {
      throw new BackupException(
          ErrorCode.CHECK_FAILED,
          strangers + " rows of " + staged.name() + " would not be this tenant's when restored",
          "Nothing was changed. Look at triggers of the table, and at its 'via' in the scope map.");
    }
    long other =
        Long.parseLong(
            session.value(
                "SELECT pg_catalog.count(*) FROM "
                    + staged.stage()
                    + " s JOIN "
                    + staged.table().fromSql()
                    + " t ON "
                    + staged.sameKey("t", "s")
                    + " WHERE s."
                    + StagedTable.WRITE
                    + " AND NOT ("
                    + staged.same("t", "s", staged.compared())
                    + ")"));
    if (other > 0) {
      remarks.add("triggers of " + staged.name() + " changed " + other + " of the restored rows");
    }
  }

  /// Lifts sequences that are behind the restored rows, so that the next row gets a number that is
  /// free.
  List<String> sequences(RestorePlan plan) {
    List<String> sql = new ArrayList<>();
    for (TablePlan table : plan.tables()) {
      StagedTable staged = tables.find(table.table()).orElseThrow();
      if (table.work().inserts() > 0) {
        for (String name : staged.columns()) {
          Column column = staged.columnOf(name);
          if (!KeyText.isNumber(column.type())) {
            continue;
          }
          column
              .sequence()
              .ifPresent(sequence -> sql.add(Sequences.behindWritten(staged, name, sequence)));
        }
      }
    }
    return sql;
  }
}
