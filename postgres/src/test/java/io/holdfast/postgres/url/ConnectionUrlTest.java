package io.holdfast.postgres.url;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.postgres.url.ConnectionUrl.Host;
import io.holdfast.postgres.url.ConnectionUrl.SslMode;
import io.holdfast.postgres.url.ConnectionUrl.TargetSession;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionUrlTest {
  private static final LocalDefaults DEFAULTS =
      new LocalDefaults("alice", port -> port == 5432 ? "/run/sockets" : "localhost");

  private static ConnectionUrl parse(String text) {
    return new UrlParser(text, DEFAULTS).parse();
  }

  @Test
  void aFullUrlIsTakenApart() {
    ConnectionUrl url =
        parse("postgresql://bob:s%40cr%3Aet%2F@db.example:5433/shop%20one?sslmode=verify-full");
    assertThat(url.hosts()).containsExactly(new Host("db.example", 5433));
    assertThat(url.user()).isEqualTo("bob");
    assertThat(url.password()).contains(new Secret("s@cr:et/"));
    assertThat(url.database()).isEqualTo("shop one");
    assertThat(url.sslMode()).isEqualTo(SslMode.VERIFY_FULL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://h/d",
        "postgresql://h/d",
        "jdbc:postgresql://h/d",
        "postgresql+psycopg2://h/d",
        "POSTGRES://h/d",
        "postgis://h/d"
      })
  void everySpellingOfTheSchemeIsUnderstood(String text) {
    assertThat(parse(text).hosts()).containsExactly(new Host("h", 5432));
    assertThat(parse(text).database()).isEqualTo("d");
  }

  @Test
  void whatIsLeftOutIsAsWithLibpq() {
    ConnectionUrl url = parse("postgresql://");
    assertThat(url.hosts()).containsExactly(new Host("/run/sockets", 5432));
    assertThat(url.user()).isEqualTo("alice");
    assertThat(url.database()).isEqualTo("alice");
    assertThat(url.password()).isEmpty();
    assertThat(url.sslMode()).isEqualTo(SslMode.PREFER);
    assertThat(url.targetSession()).isEqualTo(TargetSession.ANY);
    assertThat(url.connectTimeout()).isEqualTo(Duration.ofSeconds(15));
    assertThat(parse("postgresql://bob@h").database()).isEqualTo("bob");
    assertThat(parse("postgresql://:5433/d").hosts()).containsExactly(new Host("localhost", 5433));
  }

  @Test
  void severalHostsKeepTheirOrderAndPorts() {
    ConnectionUrl url =
        parse("postgresql://u@a:1,[::1]:2,c/d?target_session_attrs=read-write&port=3");
    assertThat(url.hosts()).containsExactly(new Host("a", 1), new Host("::1", 2), new Host("c", 3));
    assertThat(url.targetSession()).isEqualTo(TargetSession.READ_WRITE);
    assertThat(url).hasToString("a:1,[::1]:2,c:3/d");
    assertThat(parse("postgresql:///d?host=a,b&port=1,2").hosts())
        .containsExactly(new Host("a", 1), new Host("b", 2));
  }

  @Test
  void socketsAreNamedByOptionOrEscaped() {
    ConnectionUrl byOption = parse("postgresql://u@localhost/d?host=/cloudsql/p:r:i&port=5433");
    assertThat(byOption.hosts()).containsExactly(new Host("/cloudsql/p:r:i", 5433));
    assertThat(byOption.hosts().getFirst().isSocketDirectory()).isTrue();
    assertThat(byOption.hosts().getFirst()).hasToString("/cloudsql/p:r:i/.s.PGSQL.5433");
    assertThat(parse("postgresql://u@%2Frun%2Fpg:5433/d").hosts())
        .containsExactly(new Host("/run/pg", 5433));
  }

  @Test
  void parametersOfOtherDriversAreDroppedAndNamed() {
    ConnectionUrl url =
        parse(
            "postgresql://u@h/d?schema=public&connection_limit=5&pool_timeout=0&sslaccept=strict"
                + "&serverVersion=16&pgbouncer=true&connect_timeout=3");
    assertThat(url.ignored())
        .containsExactlyInAnyOrder(
            "schema", "connection_limit", "pool_timeout", "sslaccept", "serverVersion");
    assertThat(url.options()).containsOnlyKeys("pgbouncer", "connect_timeout");
    assertThat(url.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void synonymsOfOtherDriversAreUnderstood() {
    ConnectionUrl url =
        parse("jdbc:postgresql://h/d?user=bob&password=pw&ssl=true&targetServerType=secondary");
    assertThat(url.user()).isEqualTo("bob");
    assertThat(url.password()).contains(new Secret("pw"));
    assertThat(url.sslMode()).isEqualTo(SslMode.VERIFY_FULL);
    assertThat(url.targetSession()).isEqualTo(TargetSession.STANDBY);
    assertThat(url.options()).doesNotContainKeys("user", "password");
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://u@h:6543/d, true",
    "postgresql://u@h:6432/d, true",
    "postgresql://u@aws-0-eu.pooler.supabase.com/d, true",
    "postgresql://u@ep-cool-pooler.eu.neon.tech/d, true",
    "postgresql://u@h/d?pgbouncer=true, true",
    "postgresql://u@h:6432/d?pgbouncer=false, false",
    "postgresql://u@h/d, false",
    "postgresql://u@carpooler/d, false"
  })
  void poolersAreRecognised(String text, boolean pooler) {
    assertThat(parse(text).looksLikePooler()).isEqualTo(pooler);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://u:S3CRET@h/d",
        "S3CRET",
        "postgresql://u:S3CRET@h:port/d",
        "postgresql://u:S3CRET@h:70000/d",
        "postgresql://u:S3CRET@h:0/d",
        "postgresql://u:S3CRET@[::1/d",
        "postgresql://u:S3CRET@[::1]x/d",
        "postgresql://u:S3CRET%4@h/d",
        "postgresql://u:S3CRET%00@h/d",
        "postgresql://u:S3CRET x@h/d",
        "postgresql://u:/S3CRET@h/d",
        "postgresql://u:12/S3CRET@h/d",
        "postgresql://u:12?S3CRET@h/d",
        "postgresql://u:12?sslS3CRET=x@h/d",
        "postgresql://u:S3CRET@h/d?sslmode=S3CRET",
        "postgresql://u:S3CRET@h/d?connect_timeout=S3CRET",
        "postgresql://u:S3CRET@h/d?target_session_attrs=S3CRET",
        "postgresql://u:S3CRET@h/d?novalue",
        "postgresql://u:S3CRET@h/d?sslmod=require",
        "postgresql://u:S3CRET@h/d?sslcrl=x",
        "postgresql://u:S3CRET@h/d?require_auth=scram-sha-256"
      })
  void whatCannotBeReadIsRefusedWithoutShowingThePassword(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_URL);
              assertThat(e.text()).startsWith("the database URL cannot be read: ");
              assertThat(e.text() + e.hint()).doesNotContain("S3CRET");
              assertThat(e.hint()).contains("%40");
              assertThat(e.getCause()).isNull();
            });
  }

  @Test
  void aPasswordWithAnUnescapedQuestionMarkShowsNothingInIgnored() {
    ConnectionUrl url = parse("postgresql://u:12?S3CRET=x@h/d");
    assertThat(url.ignored()).isEmpty();
    assertThat(url.toString()).doesNotContain("S3CRET");
  }

  @Test
  void aMisspeltOptionIsNamed() {
    assertThatThrownBy(() -> parse("postgresql://u:pw@h/d?aplication_name=x"))
        .hasMessageContaining("its option 'aplication_name' is not known");
  }

  @Test
  void noFormOfPrintingShowsThePassword() {
    ConnectionUrl url = parse("postgresql://u:S3CRET@h/d?password=S3CRET");
    assertThat(url.toString() + url.options() + url.password() + url.ignored())
        .doesNotContain("S3CRET");
  }

  @Test
  void thePasswordMayComeFromTheEnvironment() {
    Map<String, String> environment = Map.of("PGPASSWORD", "fromenv");
    assertThat(ConnectionUrl.parse(new Secret("postgresql://u@h/d"), environment).password())
        .contains(new Secret("fromenv"));
    assertThat(ConnectionUrl.parse(new Secret("postgresql://u:own@h/d"), environment).password())
        .contains(new Secret("own"));
  }

  @Test
  void anotherDatabaseKeepsEverythingElse() {
    ConnectionUrl url = parse("postgresql://u:p@h/d?sslmode=require");
    assertThat(url.withDatabase("e"))
        .isEqualTo(
            new ConnectionUrl(
                url.hosts(),
                "u",
                url.password(),
                "e",
                SslMode.REQUIRE,
                url.options(),
                url.ignored()));
  }
}
