package io.holdfast.postgres.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Against a real server with TLS and one user for each kind of password. Ordinary SQL must come to
/// the same answers as replication.
@Timeout(60)
class SigningInTest {
  private static Certificates certificates;
  private static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    certificates = Certificates.make();
    server = TestServer.start(15, Map.of("max_wal_senders", "3"));
    server.sql(
        "SET password_encryption = 'scram-sha-256'",
        "CREATE ROLE scram LOGIN REPLICATION PASSWORD 'p@ss wörd'",
        "CREATE ROLE clear LOGIN REPLICATION PASSWORD 'pw'",
        "CREATE ROLE trusted LOGIN REPLICATION",
        "CREATE ROLE plain LOGIN",
        "CREATE ROLE tlsonly LOGIN REPLICATION",
        "CREATE ROLE plainonly LOGIN REPLICATION",
        "CREATE ROLE carol LOGIN REPLICATION",
        "CREATE ROLE norule LOGIN REPLICATION");
    try (SqlConnection sql = SqlConnection.open(server.url(), "test")) {
      sql.query("SET password_encryption = 'md5'");
      sql.query("CREATE ROLE md LOGIN REPLICATION PASSWORD 'pw'");
    }
    server.write("server.crt", Files.readString(certificates.file("server.crt")));
    server.write("server.key", Files.readString(certificates.file("server.key")));
    server.write("root.crt", Files.readString(certificates.file("root.crt")));
    TestPrograms.run(List.of("chmod", "600", server.data().resolve("server.key").toString()));
    server.append("postgresql.conf", "ssl = on");
    server.append("postgresql.conf", "ssl_ca_file = 'root.crt'");
    server.write(
        "pg_hba.conf",
        """
        local all,replication postgres trust
        host all,replication scram 127.0.0.1/32 scram-sha-256
        host all,replication md 127.0.0.1/32 md5
        host all,replication clear 127.0.0.1/32 password
        host all,replication trusted,plain 127.0.0.1/32 trust
        hostssl all,replication tlsonly 127.0.0.1/32 trust
        hostnossl all,replication plainonly 127.0.0.1/32 trust
        hostssl all,replication carol 127.0.0.1/32 cert
        host postgres norule 127.0.0.1/32 trust
        """);
    server.stop("fast");
    server.start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
    certificates.delete();
  }

  private static ConnectionUrl url(String login, String host, String query) {
    return ConnectionUrl.parse(
        new Secret(
            "postgresql://"
                + login
                + "@"
                + host
                + ":"
                + server.port()
                + "/postgres?"
                + query
                    .replace("$root", certificates.file("root.crt").toString())
                    .replace("$other", certificates.file("other.crt").toString())
                    .replace("$crt", certificates.file("client.crt").toString())
                    .replace("$key", certificates.file("client.key").toString())));
  }

  @ParameterizedTest
  @CsvSource({
    "scram:p%40ss%20w%C3%B6rd, sslmode=disable",
    "scram:p%40ss%20w%C3%B6rd, sslmode=require",
    "scram:p%40ss%20w%C3%B6rd, sslmode=require&channel_binding=require",
    "scram:p%40ss%20w%C3%B6rd, sslmode=require&channel_binding=disable",
    "md:pw, sslmode=disable",
    "md:pw, sslmode=prefer",
    "clear:pw, sslmode=require",
    "trusted, sslmode=disable",
    "trusted, sslmode=verify-full&sslrootcert=$root",
    "trusted, sslmode=verify-ca&sslrootcert=$root",
    "trusted, sslmode=require&sslrootcert=$root",
    "trusted, sslmode=prefer&sslrootcert=$other",
    "tlsonly, sslmode=allow",
    "tlsonly, sslmode=prefer",
    "plainonly, sslmode=prefer",
    "plainonly, sslmode=allow",
    "carol, sslmode=verify-full&sslrootcert=$root&sslcert=$crt&sslkey=$key"
  })
  void whatTheServerAllowsWorks(String login, String query) throws Exception {
    ConnectionUrl url = url(login, "localhost", query);
    String user = url.user();
    try (ReplicationConnection connection = ReplicationConnection.open(url, "signing in")) {
      assertThat(connection.identifySystem().timeline()).isEqualTo(1);
      assertThat(connection.major()).isEqualTo(15);
      assertThat(
              server.value(
                  "SELECT coalesce(s.ssl, false)::text FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid)"
                      + " WHERE usename = '"
                      + user
                      + "' AND application_name = 'signing in'"))
          .isEqualTo(
              Boolean.toString(
                  !user.equals("plainonly")
                      && !query.contains("disable&")
                      && !query.endsWith("sslmode=disable")));
    }
    try (SqlConnection sql = SqlConnection.open(url, "signing in")) {
      assertThat(sql.value("SELECT current_user")).contains(user);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "scram:wrong, localhost, sslmode=prefer, 28P01",
    "scram, localhost, sslmode=prefer, has none",
    "md:wrong, localhost, sslmode=prefer, 28P01",
    "md:pw, localhost, sslmode=require&channel_binding=require, channel_binding",
    "trusted, localhost, sslmode=require&channel_binding=require, channel_binding",
    "clear:pw, localhost, sslmode=disable, not encrypted",
    "trusted, 127.0.0.1, sslmode=verify-full&sslrootcert=$root, no TLS connection",
    "trusted, localhost, sslmode=verify-full&sslrootcert=$other, no TLS connection",
    "trusted, localhost, sslmode=verify-ca&sslrootcert=$other, no TLS connection",
    "trusted, localhost, sslmode=require&sslrootcert=$other, no TLS connection",
    "trusted, localhost, sslmode=verify-full, no TLS connection",
    "trusted, localhost, sslmode=verify-full&sslrootcert=system, no TLS connection",
    "carol, localhost, sslmode=require, certificate"
  })
  void whatIsWrongIsRefused(String login, String host, String query, String says) {
    ConnectionUrl url = url(login, host, query);
    assertThatThrownBy(() -> ReplicationConnection.open(url, "test"))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.AUTHENTICATION_REFUSED);
              assertThat(e.text()).contains(says).doesNotContain("wrong");
              assertThat(e.hint()).isNotEmpty();
            });
    if (query.contains("channel_binding") || login.startsWith("clear")) {
      return; // pgjdbc has rules of its own there.
    }
    assertThatThrownBy(() -> SqlConnection.open(url, "test"))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTHENTICATION_REFUSED));
  }

  @Test
  void aRoleWithoutReplicationIsToldHowToGetIt() {
    assertThatThrownBy(
            () -> ReplicationConnection.open(url("plain", "localhost", "sslmode=disable"), "test"))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.PRIVILEGE_MISSING);
              assertThat(e.hint()).isEqualTo("ALTER ROLE \"plain\" REPLICATION;");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "nobody:pw, sslmode=disable, replication nobody",
    "tlsonly, sslmode=disable, sslmode=require",
    "plainonly, sslmode=require, replication plainonly"
  })
  void aMissingRuleIsAMissingPrivilege(String login, String query, String hint) {
    ConnectionUrl url = url(login, "localhost", query);
    assertThatThrownBy(() -> ReplicationConnection.open(url, "test"))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.PRIVILEGE_MISSING);
              assertThat(e.hint()).contains("pg_hba.conf").contains(hint);
            });
    assertThatThrownBy(() -> SqlConnection.open(url, "test"))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTHENTICATION_REFUSED));
  }

  @Test
  void aMissingRuleForReplicationIsToldApartFromAWrongPassword() {
    assertThatThrownBy(
            () -> ReplicationConnection.open(url("norule", "localhost", "sslmode=disable"), "test"))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.PRIVILEGE_MISSING);
              assertThat(e.hint()).contains("pg_hba.conf").contains("replication norule");
            });
  }

  @Test
  void moreConnectionsThanWalSendersNameTheSetting() throws IOException {
    try (ReplicationConnection _ = ReplicationConnection.open(server.url(), "1");
        ReplicationConnection _ = ReplicationConnection.open(server.url(), "2");
        ReplicationConnection _ = ReplicationConnection.open(server.url(), "3")) {
      assertThatThrownBy(() -> ReplicationConnection.open(server.url(), "4"))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.SERVER_SETTING_UNSUITABLE);
                assertThat(e.hint()).contains("max_wal_senders");
              });
    }
  }

  @Test
  void theFirstHostThatAnswersIsTaken() throws Exception {
    ConnectionUrl url =
        ConnectionUrl.parse(
            new Secret(
                "postgresql://trusted@127.0.0.1:1,no-such-host.invalid,localhost:"
                    + server.port()
                    + "/postgres?target_session_attrs=primary"));
    try (ReplicationConnection connection = ReplicationConnection.open(url, "test")) {
      assertThat(connection.show("wal_segment_size")).isEqualTo("16MB");
    }
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      assertThat(sql.value("SELECT 1")).contains("1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"standby", "read-only"})
  void aServerOfTheWrongKindIsNotTaken(String wanted) {
    ConnectionUrl url = url("trusted", "localhost", "target_session_attrs=" + wanted);
    assertThatThrownBy(() -> ReplicationConnection.open(url, "test"))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.SERVER_UNAVAILABLE);
              assertThat(e.text()).contains("target_session_attrs");
            });
    assertThatThrownBy(() -> SqlConnection.open(url, "test"))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SERVER_UNAVAILABLE));
  }

  @Test
  void everyHostThatFailsIsNamed() {
    ConnectionUrl url =
        ConnectionUrl.parse(
            new Secret("postgresql://u:S3CRET@127.0.0.1:1,no-such-host.invalid:2/d"));
    assertThatThrownBy(() -> ReplicationConnection.open(url, "test"))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.SERVER_UNAVAILABLE);
              assertThat(e.text())
                  .contains("127.0.0.1:1")
                  .contains("no-such-host.invalid:2")
                  .doesNotContain("S3CRET");
            });
  }

  @Test
  void withoutWalForReplicationTheSettingIsNamed() throws IOException {
    try (TestServer minimal =
        TestServer.start(15, Map.of("wal_level", "minimal", "max_wal_senders", "0"))) {
      assertThatThrownBy(() -> ReplicationConnection.open(minimal.url(), "test"))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.SERVER_SETTING_UNSUITABLE);
                assertThat(e.hint()).contains("max_wal_senders").contains("wal_level");
              });
    }
  }
}
