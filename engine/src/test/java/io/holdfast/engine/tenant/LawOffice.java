package io.holdfast.engine.tenant;

import io.holdfast.base.Secret;
import io.holdfast.engine.BackupSummary;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.tenant.TenantRestoreRequest.Aim;
import io.holdfast.engine.tenant.TenantRestoreRequest.Blocked;
import io.holdfast.engine.tenant.TenantRestoreRequest.Mode;
import io.holdfast.engine.tenant.TenantRestoreRequest.Scope;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.LegalApp;
import io.holdfast.examples.legal.LegalAppSize;
import io.holdfast.postgres.sql.JdbcConnections;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A database of the example application with two accounts, its scope maps, and a repository.
final class LawOffice implements AutoCloseable {
  static final String TEMPLATE = "legal";

  private static final long SEED = 20261123;
  private static final LegalAppSize SIZE = LegalAppSize.small(2);
  private static final List<String> TABLES =
      List.of(
          "users",
          "matters",
          "sessions",
          "speakers",
          "transcript_segments",
          "redactions",
          "timestamp_proofs",
          "chat_messages",
          "documents",
          "billable_time",
          "conflict_checks",
          "audit_logs");

  private final Path directory;
  private final SqlConnection sql;
  private final Holdfast holdfast;

  private LawOffice(Path directory, SqlConnection sql, Holdfast holdfast) {
    this.directory = directory;
    this.sql = sql;
    this.holdfast = holdfast;
  }

  /// Makes the database of which [#open] makes copies.
  static void load(TestServer server) throws SQLException, IOException {
    server.sql("CREATE DATABASE " + TEMPLATE);
    ConnectionUrl url = server.url().withDatabase(TEMPLATE);
    try (Connection connection = JdbcConnections.open(url, "test")) {
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.Nowhere());
    }
  }

  /// @param database a new name
  static LawOffice open(TestServer server, String database, Path directory) throws IOException {
    server.sql("CREATE DATABASE " + database + " TEMPLATE " + TEMPLATE);
    for (String scope : List.of("account", "matter", "session")) {
      Files.writeString(directory.resolve(scope + ".scope.yaml"), LegalApp.scope(scope));
    }
    Secret url =
        new Secret(
            "postgresql://postgres@127.0.0.1:"
                + server.port()
                + "/"
                + database
                + "?sslmode=disable");
    Settings settings = TestEngine.settings(directory.resolve("repository"), Optional.of(url));
    return new LawOffice(
        directory,
        SqlConnection.open(server.url().withDatabase(database), "test"),
        Holdfast.create(Options.of(settings)).holdfast());
  }

  Path map(String scope) {
    return directory.resolve(scope + ".scope.yaml");
  }

  /// The account of a number from 0.
  String account(int number) {
    return LegalApp.account(SEED, SIZE, number).toString();
  }

  Within within(int account) {
    return new Within(map("account"), account(account));
  }

  /// A matter of an account, with a session, papers and a bill.
  String matter(int account) {
    return value(
        "SELECT id FROM matters m WHERE user_id = '"
            + account(account)
            + "' AND EXISTS (SELECT FROM sessions x WHERE x.matter_id = m.id)"
            + " AND EXISTS (SELECT FROM documents x WHERE x.matter_id = m.id)"
            + " AND EXISTS (SELECT FROM billable_time x WHERE x.matter_id = m.id)"
            + " ORDER BY id LIMIT 1");
  }

  String session(String matter) {
    return value("SELECT id FROM sessions WHERE matter_id = '" + matter + "' ORDER BY id LIMIT 1");
  }

  String value(String query) {
    return sql.value(query).orElseThrow();
  }

  void run(String statement) {
    sql.query(statement);
  }

  /// A matter becomes another account's, with all that belongs to it.
  void move(String matter, int account) {
    StringBuilder statement = new StringBuilder("WITH ");
    String to = " SET user_id = '" + account(account) + "'";
    for (String table :
        List.of("sessions", "documents", "chat_messages", "billable_time", "conflict_checks")) {
      statement.append(
          "w_%s AS (UPDATE %s%s WHERE matter_id = '%s')%s"
              .formatted(table, table, to, matter, table.equals("conflict_checks") ? " " : ", "));
    }
    run(statement + "UPDATE matters" + to + ", number = 100000 WHERE id = '" + matter + "'");
  }

  /// All rows, as digests of tables.
  List<String> contents() {
    List<String> contents = new ArrayList<>();
    for (String table : TABLES) {
      contents.add(
          table
              + " "
              + value(
                  "SELECT pg_catalog.count(*) || ' ' || md5(coalesce(string_agg(md5(t::text), ''"
                      + " ORDER BY md5(t::text)), '')) FROM "
                      + table
                      + " t"));
    }
    return contents;
  }

  List<BackupSummary> backups() {
    return holdfast.snapshots().list().summaries();
  }

  BackupSummary backup(String name) {
    return backups().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  TenantBackupRequest asking(String scope, String id) {
    return TenantBackupRequest.of(map(scope), id);
  }

  String backUp(TenantBackupRequest request) {
    return holdfast.tenants().backup(request).name();
  }

  TenantBackupReport report(TenantBackupRequest request) {
    return holdfast.tenants().backup(request);
  }

  TenantRestoreReport restore(TenantRestoreRequest request) {
    return holdfast.tenants().restore(request);
  }

  static TenantRestoreRequest preview(String scope, String id, Aim aim) {
    return TenantRestoreRequest.of(new Scope.OfBackup(scope), id, aim, new Mode.Preview());
  }

  static Aim aim(String preset) {
    return Aim.restore(preset, List.of(), Optional.empty());
  }

  /// Previews and does what was shown.
  TenantRestoreReport previewAndApply(TenantRestoreRequest request, Blocked blocked) {
    String plan = restore(request).plan().digest();
    return restore(request.withMode(new Mode.Apply(plan, blocked)));
  }

  @Override
  public void close() {
    holdfast.close();
    sql.close();
  }
}
