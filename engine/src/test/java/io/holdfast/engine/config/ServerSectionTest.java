package io.holdfast.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.engine.plan.Rate;
import io.holdfast.engine.plan.Tier;
import io.holdfast.engine.plan.Tiers;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The sections `server` and `tiers` of `holdfast.yaml`.
class ServerSectionTest {
  private static final Path FILE = Path.of("/etc/holdfast/holdfast.yaml");

  @Test
  void everythingCanBeSaid() {
    assertThat(
            server(
                """
                server:
                  port: 8443
                  address: 0.0.0.0
                  data: /var/lib/holdfast
                  catalogUrl: postgresql://holdfast:pw@db1/catalog
                  tlsCertificate: /etc/holdfast/server.pem
                  tlsKey: /etc/holdfast/server-key.pem
                  externalUrl: https://intranet.example/backups/
                  trustedProxies: [10.0.0.0/8, "2001:db8::/32", 192.0.2.7]
                  sessionHours: 2
                  restoreRoots: [/srv/restores, /mnt/scratch]
                """))
        .isEqualTo(
            new ServerSection(
                OptionalInt.of(8443),
                InetAddress.ofLiteral("0.0.0.0"),
                Optional.of("/var/lib/holdfast"),
                Optional.of(new Secret("postgresql://holdfast:pw@db1/catalog")),
                Optional.of(
                    new ServerSection.Tls(
                        "/etc/holdfast/server.pem", "/etc/holdfast/server-key.pem")),
                Optional.of(URI.create("https://intranet.example/backups")),
                List.of(
                    AddressRange.parse("10.0.0.0/8"),
                    AddressRange.parse("2001:db8::/32"),
                    AddressRange.parse("192.0.2.7")),
                Duration.ofHours(2),
                List.of(Path.of("/srv/restores"), Path.of("/mnt/scratch"))));
  }

  @Test
  void withoutASectionItIsThisMachineAlone() {
    assertThat(server("sources: {}")).isEqualTo(ServerSection.DEFAULT);
    assertThat(server("server: {}")).isEqualTo(ServerSection.DEFAULT);
    assertThat(ServerSection.DEFAULT.address().isLoopbackAddress()).isTrue();
    assertThat(ServerSection.DEFAULT.remarks()).isEmpty();
  }

  @Test
  void plainHttpOnANetworkIsRemarked() {
    assertThat(server("server: { address: '::' }").remarks())
        .singleElement()
        .asString()
        .contains("without TLS");
    assertThat(server("server: { address: '::', tlsCertificate: c, tlsKey: k }").remarks())
        .isEmpty();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          port           | 65536                       | '65536' is no port
          port           | -1                          | '-1' is no port
          address        | localhost                   | 'localhost' is no address in figures
          address        | 300.1.1.1                   | '300.1.1.1' is no address in figures
          data           | ""                          | it names nothing
          catalogUrl     | mysql://root:geheim@db/x    | it is no URL of a PostgreSQL database
          tlsKey         | /k.pem                      | tlsCertificate and tlsKey belong together
          tlsCertificate | /c.pem                      | tlsCertificate and tlsKey belong together
          externalUrl    | backups.example             | it is no address of a web page
          externalUrl    | https://a:geheim@b.example/ | it is no address of a web page
          externalUrl    | https://b.example/?a=b      | it is no address of a web page
          externalUrl    | ftp://b.example/            | it is no address of a web page
          externalUrl    | https:                      | it is no address of a web page
          trustedProxies | proxy.example               | 'proxy.example' is no address and no range
          trustedProxies | 10.0.0.0/33                 | an address has no 33 bits
          trustedProxies | 10.0.0.0/x                  | '10.0.0.0/x' is no address
          trustedProxies | 10.1.0.0/8                  | 10.1.0.0/8 names one address and means 8 bits
          sessionHours   | 0                           | '0' is no number of hours
          sessionHours   | 721                         | '721' is no number of hours
          restoreRoots   | restores                    | 'restores' is no directory that could be
          restoreRoots   | /srv/../etc                 | '/srv/../etc' is no directory that could be
          restoreRoots   | /                           | '/' is no directory that could be
          adress         | ::1                         | unknown key 'adress' in server
          """)
  void whatIsWrongIsSaidWithItsLineAndWithoutSecrets(String key, String value, String problem) {
    assertThatThrownBy(() -> server("# first\nserver: { " + key + ": \"" + value + "\" }\n"))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
              assertThat(e.text()).contains("line 2: ", problem).doesNotContain("geheim");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0/0",
        "10.0.0.0/8",
        "192.0.2.7",
        "192.0.2.128/25",
        "2001:db8:0:0:0:0:0:0/32"
      })
  void rangesAreReadAndWritten(String text) {
    assertThat(AddressRange.parse(text).text()).isEqualTo(text);
    assertThat(AddressRange.parse(AddressRange.parse(text).text()))
        .isEqualTo(AddressRange.parse(text));
  }

  @ParameterizedTest(name = "{1} in {0}: {2}")
  @CsvSource({
    "10.0.0.0/8, 10.255.255.255, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.0.0.0/8, 9.255.255.255, false",
    "192.0.2.128/25, 192.0.2.128, true",
    "192.0.2.128/25, 192.0.2.127, false",
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.6, false",
    "0.0.0.0/0, 203.0.113.1, true",
    "0.0.0.0/0, ::1, false",
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/32, 2001:db9::1, false",
  })
  void aRangeHasTheAddressesThatBeginAlike(String range, String address, boolean isIn) {
    assertThat(AddressRange.parse(range).contains(InetAddress.ofLiteral(address))).isEqualTo(isIn);
  }

  @Test
  void tiersThatAreLeftOutAreAsByDefault() {
    Tiers tiers = ConfigFile.parse(FILE, "tiers: { free: [monthly], starter: hourly }").tiers();
    assertThat(tiers.rates())
        .isEqualTo(
            Map.of(
                Tier.FREE, Set.of(Rate.MONTHLY),
                Tier.STARTER, Set.of(Rate.HOURLY),
                Tier.PROFESSIONAL, Set.of(Rate.values()),
                Tier.ENTERPRISE, Set.of(Rate.values())));
    assertThat(tiers.usual(Tier.FREE)).isEqualTo(Rate.MONTHLY);
    assertThat(tiers.usual(Tier.STARTER)).isEqualTo(Rate.HOURLY);
    assertThat(tiers.usual(Tier.ENTERPRISE)).isEqualTo(Rate.DAILY);
  }

  @Test
  void byDefaultEachTierAllowsMoreThanTheOneBelow() {
    assertThat(Tiers.DEFAULT.usual(Tier.FREE)).isEqualTo(Rate.WEEKLY);
    assertThat(Tiers.DEFAULT.usual(Tier.STARTER)).isEqualTo(Rate.DAILY);
    assertThat(Tiers.DEFAULT.allows(Tier.FREE, Rate.DAILY)).isFalse();
    assertThat(Tiers.DEFAULT.allows(Tier.STARTER, Rate.HOURLY)).isFalse();
    assertThat(Tiers.DEFAULT.allows(Tier.PROFESSIONAL, Rate.HOURLY)).isTrue();
  }

  @Test
  void aTierMustAllowSomething() {
    assertThatThrownBy(() -> ConfigFile.parse(FILE, "tiers: { free: [], gold: [daily] }"))
        .hasMessageContaining("line 1: tiers: free allows no frequency")
        .hasMessageContaining(
            "line 1: unknown key 'gold' in tiers (known: enterprise, free, professional, starter)");
  }

  private static ServerSection server(String text) {
    return ConfigFile.parse(FILE, text).server();
  }
}
