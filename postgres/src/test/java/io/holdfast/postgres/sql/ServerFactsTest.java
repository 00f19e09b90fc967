package io.holdfast.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.sql.OutsideConfiguration.Origin;
import io.holdfast.postgres.sql.RelationNames.Extent;
import io.holdfast.postgres.sql.RelationNames.Relation;
import io.holdfast.postgres.sql.ServerFacts.Recovery;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.postgres.wire.ReplicationConnection.SlotLife;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ServerFactsTest {
  @ParameterizedTest
  @ValueSource(ints = {13, 15, 18})
  void aServerDescribesItself(int major) throws Exception {
    try (TestServer server =
        TestServer.start(major, Map.of("max_slot_wal_keep_size", "1GB", "archive_mode", "off"))) {
      server.sql("CREATE ROLE reader LOGIN REPLICATION");
      long systemIdentifier;
      try (ReplicationConnection connection = ReplicationConnection.open(server.url(), "test")) {
        systemIdentifier = connection.identifySystem().systemIdentifier();
        connection.createPhysicalSlot("archive", SlotLife.PERMANENT);
      }
      try (SqlConnection sql = SqlConnection.open(server.url(), "test")) {
        ServerFacts facts = ServerFacts.read(sql);
        assertThat(facts.versionNum() / 10_000).isEqualTo(major);
        assertThat(facts.systemIdentifier()).isEqualTo(systemIdentifier);
        assertThat(facts.setting("wal_segment_size")).contains("16MB");
        assertThat(facts.setting("data_checksums")).contains("on");
        assertThat(facts.setting("data_directory")).contains(server.data().toString());
        assertThat(facts.setting("shared_preload_libraries")).isEmpty();
        assertThat(facts.recovery()).isEqualTo(Recovery.PRIMARY);
        assertThat(facts.role())
            .isEqualTo(new ServerFacts.Role("postgres", true, true, true, true));
        assertThat(facts.extensions())
            .extracting(ServerFacts.Extension::name)
            .containsExactly("plpgsql");
        assertThat(facts.databases())
            .extracting(ServerFacts.Database::name)
            .containsExactlyInAnyOrder("postgres", "template0", "template1");
        assertThat(facts.databases().getFirst().encoding()).isEqualTo("UTF8");
        ServerFacts.Slot slot = facts.slots().getFirst();
        assertThat(slot.name()).isEqualTo("archive");
        assertThat(slot.type()).isEqualTo("physical");
        assertThat(slot.active()).isFalse();
        assertThat(slot.restart()).isPresent();
        assertThat(slot.walStatus()).isEqualTo("reserved");
        assertThat(slot.safeWalBytes()).isPresent();

        Lsn end = Lsn.parse(sql.value("SELECT pg_switch_wal()").orElseThrow());
        assertThat(ServerFacts.currentLsn(sql)).isGreaterThanOrEqualTo(end);
      }
      try (SqlConnection sql = SqlConnection.open(server.tcpUrl("reader", ""), "test")) {
        ServerFacts facts = ServerFacts.read(sql);
        assertThat(facts.role())
            .isEqualTo(new ServerFacts.Role("reader", false, true, false, false));
        assertThat(facts.systemIdentifier()).isEqualTo(systemIdentifier);
        assertThat(facts.setting("config_file")).isEmpty();
        assertThat(facts.setting("wal_level")).contains("replica");
      }
    }
  }

  @Test
  void filesAreFoundByTheNamesOfTheirTables() throws Exception {
    try (TestServer server = TestServer.start(15, Map.of())) {
      server.sql("CREATE SCHEMA shop", "CREATE TABLE shop.orders (id int PRIMARY KEY, note text)");
      try (SqlConnection sql = SqlConnection.open(server.url(), "test")) {
        RelationNames names = RelationNames.read(sql, 10_000);
        assertThat(names.complete()).isEqualTo(Extent.ALL);
        Relation orders = only(names, "orders");
        assertThat(orders.schema()).isEqualTo("shop");
        assertThat(orders.kind()).isEqualTo("r");
        assertThat(server.data().resolve(orders.path())).exists();
        assertThat(only(names, "orders_pkey").owner()).contains("shop.orders");
        assertThat(names.relations())
            .filteredOn(r -> r.kind().equals("t") && r.owner().equals(orderName()))
            .hasSize(1);
        assertThat(only(names, "pg_class").path()).startsWith("base/");
        RelationNames few = RelationNames.read(sql, 10);
        assertThat(few.complete()).isEqualTo(Extent.CUT_OFF);
        assertThat(few.relations()).hasSize(10);
      }
    }
  }

  private static Optional<String> orderName() {
    return Optional.of("shop.orders");
  }

  private static Relation only(RelationNames names, String name) {
    return names.relations().stream().filter(r -> r.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void configurationOutsideTheDataDirectoryIsReadOrWrittenAnew() throws Exception {
    try (TestServer server =
        TestServer.start(15, Map.of("wal_keep_size", "32MB", "work_mem", "5MB"))) {
      try (SqlConnection sql = SqlConnection.open(server.url(), "test")) {
        assertThat(OutsideConfiguration.read(sql, ServerFacts.read(sql)).origin())
            .isEqualTo(Origin.INSIDE);
      }
      Path etc = server.directory("etc");
      Path conf = etc.resolve("extra.conf");
      Files.writeString(conf, "application_name = 'it''s here'\n");
      Files.writeString(
          etc.resolve("hba.conf"), "local all all trust\nhost all all 127.0.0.1/32 trust\n");
      TestServer.giveToServer(etc);
      server.append("postgresql.conf", "include '" + conf + "'");
      server.append("postgresql.conf", "hba_file = '" + etc.resolve("hba.conf") + "'");
      server.stop("fast");
      server.start();
      server.sql("CREATE ROLE settings LOGIN", "GRANT pg_read_all_settings TO settings");

      try (SqlConnection sql = SqlConnection.open(server.url(), "test")) {
        OutsideConfiguration read = OutsideConfiguration.read(sql, ServerFacts.read(sql));
        assertThat(read.origin()).isEqualTo(Origin.FILES);
        assertThat(read.files())
            .containsOnlyKeys(conf.toString(), etc.resolve("hba.conf").toString())
            .containsEntry(conf.toString(), "application_name = 'it''s here'\n");
        assertThat(read.main()).containsEntry("hba_file", etc.resolve("hba.conf").toString());
      }
      assertThatThrownBy(() -> SqlConnection.open(server.tcpUrl("plainrole", ""), "test"))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTHENTICATION_REFUSED));
      server.sql("CREATE ROLE plainrole LOGIN");
      try (SqlConnection sql = SqlConnection.open(server.tcpUrl("plainrole", ""), "test")) {
        OutsideConfiguration written = OutsideConfiguration.read(sql, ServerFacts.read(sql));
        assertThat(written.origin()).isEqualTo(Origin.SETTINGS);
        assertThat(written.files()).containsOnlyKeys("postgresql.conf");
        assertThat(written.files().get("postgresql.conf"))
            .contains("work_mem = '5120kB'\n")
            .contains("wal_keep_size = '32MB'\n")
            .contains("shared_buffers = '16384kB'\n")
            .contains("fsync = 'off'\n")
            .doesNotContain("data_directory");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2048, 8kB, integer, 16384kB",
    "5, min, integer, 5min",
    "-1, kB, integer, -1",
    "0, s, integer, 0",
    "0.5, '', real, 0.5",
    "it's, '', string, it''s",
    "on, '', bool, on"
  })
  void settingsAreWrittenAsAFileTakesThem(
      String setting, String unit, String type, String expected) {
    assertThat(OutsideConfiguration.value(setting, unit, type)).isEqualTo(expected);
  }

  @Test
  void errorsOfSqlAreUnderstood() throws Exception {
    try (TestServer server = TestServer.start(15, Map.of())) {
      assertThatThrownBy(() -> SqlConnection.open(server.url().withDatabase("nothere"), "test"))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_URL));
      server.sql("CREATE ROLE weak LOGIN");
      try (SqlConnection sql = SqlConnection.open(server.tcpUrl("weak", ""), "test")) {
        assertThat(sql.valueIfAllowed("SELECT pg_read_file('PG_VERSION')")).isEmpty();
        assertThat(sql.valueIfAllowed("SELECT no_such_function()")).isEmpty();
        assertThatThrownBy(() -> sql.value("SELECT pg_read_file('PG_VERSION')"))
            .isInstanceOfSatisfying(
                BackupException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.PRIVILEGE_MISSING));
        assertThatThrownBy(() -> sql.valueIfAllowed("SELECT 1/0"))
            .isInstanceOf(BackupException.class);
        server.stop("immediate");
        assertThatThrownBy(() -> sql.valueIfAllowed("SELECT 1"))
            .isInstanceOfSatisfying(
                BackupException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.SERVER_UNAVAILABLE));
      }
      assertThatThrownBy(
              () ->
                  SqlConnection.open(
                      ConnectionUrl.parse(new Secret("postgresql://u:S3CRET@127.0.0.1:1/d")), "t"))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.SERVER_UNAVAILABLE);
                assertThat(e.text() + e.hint()).doesNotContain("S3CRET");
              });
    }
  }
}
