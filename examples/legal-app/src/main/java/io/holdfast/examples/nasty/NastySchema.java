package io.holdfast.examples.nasty;

import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.OneTransaction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// The nasty schema with tenants 1, 2, 3, … in it. The same seed and number of tenants give the
/// same rows. Rows of even tenants refer to a page of the tenant before them; no row of an odd
/// tenant refers to another tenant.
public final class NastySchema {
  private static final int TENANTS_MAX = 1_000_000;
  private static final List<String> COUNTED =
      List.of("nasty.members", "nasty.orders", "nasty.items", "nasty.pages");

  private NastySchema() {}

  /// The statements that make it in an empty database.
  public static String schema() {
    return resource("nasty.sql");
  }

  /// Its scope map, as YAML.
  public static String scope() {
    return resource("nasty.scope.yaml");
  }

  private static String resource(String name) {
    try (InputStream resource = NastySchema.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalStateException(name + " is missing in our own archive");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + name + " of our own archive", e);
    }
  }

  /// Makes the schema. It does not stay if the caller's transaction is rolled back.
  public static void createSchema(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(schema());
    }
  }

  /// Fills the empty tables in one transaction: its own if the connection commits by itself, else
  /// the caller's.
  public static void load(Connection connection, long seed, int tenants, AssetFiles assets)
      throws SQLException, IOException {
    if (tenants < 1 || tenants > TENANTS_MAX) {
      throw new IllegalArgumentException("tenants must be 1 to " + TENANTS_MAX + ", is " + tenants);
    }
    NastyRun run = new NastyRun(connection, seed, tenants, assets);
    OneTransaction.of(
        connection,
        () -> {
          RingRows.write(run);
          KeyRows.write(run);
          SampleRows.write(run);
          finish(connection);
          return tenants;
        });
  }

  private static void finish(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
      for (String table : COUNTED) {
        statement.execute(
            "SELECT setval(pg_get_serial_sequence('%1$s', 'id'), max(id)) FROM %1$s"
                .formatted(table));
      }
    }
  }

  /// Another tenant takes a name that this one gave up: from now on the key of a row in older
  /// backups belongs to somebody else.
  ///
  /// @return the name
  public static String passOnWebName(Connection connection, int from, int to) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            UPDATE nasty.web_names SET tenant_id = ?, since = since + interval '1 day'
            WHERE name = (SELECT min(name) FROM nasty.web_names WHERE tenant_id = ?)
            RETURNING name""")) {
      statement.setInt(1, to);
      statement.setInt(2, from);
      try (ResultSet result = statement.executeQuery()) {
        if (!result.next()) {
          throw new IllegalStateException("tenant " + from + " has no name");
        }
        return result.getString(1);
      }
    }
  }

  /// A member leaves who sold an order of this tenant: others take the orders over, and older
  /// backups refer to somebody who is gone.
  ///
  /// @return who left
  public static String removeSeller(Connection connection, int tenant) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            WITH gone AS (
              SELECT min(sold_by) AS id FROM nasty.orders WHERE tenant_id = ?
            ), taken_over AS (
              UPDATE nasty.orders SET sold_by = (SELECT min(m.id) FROM nasty.members m, gone
                                                 WHERE m.id <> gone.id)
              FROM gone WHERE sold_by = gone.id
            )
            DELETE FROM nasty.members USING gone WHERE members.id = gone.id RETURNING login""")) {
      statement.setInt(1, tenant);
      try (ResultSet result = statement.executeQuery()) {
        if (!result.next()) {
          throw new IllegalStateException("tenant " + tenant + " has no order");
        }
        return result.getString(1);
      }
    }
  }
}
