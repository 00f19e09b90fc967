package io.holdfast.engine.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: no URL leads into the network that Holdfast runs in. Nothing listens anywhere here: what
/// is not refused would fail in another way, as unavailable.
class OutboundAddressTest {
  private final List<String> asked = new ArrayList<>();

  private BackupException failure(String url, OutboundPolicy policy, HostResolver resolver) {
    HostResolver recording =
        host -> {
          asked.add(host);
          return resolver.addressesOf(host);
        };
    Outbound outbound =
        new Outbound(
            policy,
            recording,
            (SSLSocketFactory) SSLSocketFactory.getDefault(),
            new OutboundLimits(Duration.ofMillis(300), 1024));
    try {
      outbound.send(
          new OutboundRequest(
              OutboundRequest.Method.POST,
              Endpoint.parse(new Secret(url), "A_TEST"),
              Map.of(),
              "hello"));
      throw new AssertionError("nothing was refused");
    } catch (BackupException e) {
      return e;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://127.0.0.1/",
        "https://127.255.255.254/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://172.31.255.255/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://100.127.255.255/",
        "https://169.254.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254./",
        "https://169.254.170.2/v2/credentials",
        "https://100.100.100.200/",
        "https://0.0.0.0/",
        "https://0.1.2.3/",
        "https://224.0.0.1/",
        "https://239.255.255.255/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://192.0.0.8/",
        "https://192.0.2.1/",
        "https://198.18.0.1/",
        "https://198.51.100.7/",
        "https://203.0.113.7/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::]/",
        "https://[fe80::1]/",
        "https://[febf::1]/",
        "https://[fc00::1]/",
        "https://[fdff::1]/",
        "https://[fd00:ec2::254]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b::127.0.0.1]/",
        "https://[64:ff9b::808:808]/",
        "https://[64:ff9b:1::1]/",
        "https://[::127.0.0.1]/",
        "https://[::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001::1]/",
        "https://[2001:db8::1]/",
        "https://[3fff::1]/",
        "https://[100::1]/",
        "https://[4000::1]/",
        "http://127.0.0.1/",
        "http://8.8.8.8/",
        "http://[2606:4700::1111]/"
      })
  void refusesAnAddressThatIsNotPublicAndPlainHttp(String url) {
    BackupException failure =
        failure(
            url,
            OutboundPolicy.PUBLIC_ONLY,
            _ -> {
              throw new UnknownHostException("nobody asks about an address");
            });

    assertThat(failure.code()).isEqualTo(ErrorCode.ADDRESS_NOT_ALLOWED);
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://0177.0.0.1/",
        "https://0x7f.0.0.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://017700000001/",
        "https://127.1/",
        "https://127.0.1/",
        "https://127.0.0.1.1/",
        "https://127.0.0.01/",
        "https://127.0.0.256/",
        "https://1.2.3.0x4/",
        "https://a.b.7/",
        "https://127.0.0.1../",
        "https://example..com/",
        "https://.example.com/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::ffff:8.8.8.8]/",
        "https://[fe80::1%eth0]/",
        "https://[fe80::1%25eth0]/",
        "https://[127.0.0.1]/",
        "https://[::1/",
        "https://::1/",
        "https://[]/",
        "https://user@127.0.0.1/",
        "https://example.com@127.0.0.1/",
        "https://user:password@example.com/",
        "https://example.com#@127.0.0.1/",
        "https://example.com\\@127.0.0.1/",
        "https://example.com%00.127.0.0.1/",
        "https://example.com%2f@127.0.0.1/",
        "https://127。0。0。1/",
        "https://①②⑦.0.0.1/",
        "https://exa mple.com/",
        "https://example.com/a b",
        "https://example.com/\r\nHost: other",
        "https://example.com/?q=\u0001",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:443:80/",
        "https:example.com/",
        "https:///example.com/",
        "//example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "ftp://example.com/",
        "jar:https://example.com!/",
        "javascript:alert(1)",
        ""
      })
  void refusesWhatOthersCouldReadInAnotherWay(String url) {
    assertThatThrownBy(() -> Endpoint.parse(new Secret(url), "A_TEST"))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_URL);
              assertThat(e.text()).isEqualTo("the URL of A_TEST cannot be used");
              assertThat(e.hint()).doesNotContain("127").doesNotContain("password");
            });
  }

  @Test
  void takesPlainUrls() {
    assertThat(Endpoint.parse(new Secret("HTTPS://Example.COM.:8443/x/Y?z=1"), "A_TEST"))
        .hasToString("https://example.com:8443");
    assertThat(Endpoint.parse(new Secret("https://[2606:4700::1111]?q"), "A_TEST"))
        .hasToString("https://[2606:4700::1111]");
    assertThat(Endpoint.parse(new Secret("https://a_b.example/%20"), "A_TEST").target().expose())
        .isEqualTo("/%20");
  }

  @ParameterizedTest
  @CsvSource({
    "8.8.8.8, PUBLIC",
    "172.15.255.255, PUBLIC",
    "172.32.0.0, PUBLIC",
    "100.63.255.255, PUBLIC",
    "100.128.0.0, PUBLIC",
    "169.253.255.255, PUBLIC",
    "169.255.0.0, PUBLIC",
    "223.255.255.255, PUBLIC",
    "126.255.255.255, PUBLIC",
    "128.0.0.0, PUBLIC",
    "11.0.0.0, PUBLIC",
    "1.0.0.0, PUBLIC",
    "2606:4700::1111, PUBLIC",
    "2003::1, PUBLIC",
    "169.254.1.1, LINK_LOCAL",
    "169.254.169.254, METADATA",
    "100.64.0.0, SHARED",
    "fdff:ffff::1, PRIVATE",
    "::2, EMBEDDED",
    "64:ff9b::1, TRANSLATED",
    "2002:808:808::, EMBEDDED",
    "1fff::1, RESERVED",
    "4000::, RESERVED"
  })
  void knowsWhatAnAddressIsFor(String address, AddressKind kind) {
    assertThat(AddressKind.of(InetAddress.ofLiteral(address))).isEqualTo(kind);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "10.1.2.3", "169.254.169.254", "fd00::1", "fe80::1"})
  void refusesAHostOfWhichOneAddressIsNotPublic(String other) {
    List<InetAddress> addresses =
        List.of(InetAddress.ofLiteral("8.8.8.8"), InetAddress.ofLiteral(other));

    BackupException failure =
        failure("https://hooks.example/", OutboundPolicy.PUBLIC_ONLY, _ -> addresses);

    assertThat(failure.code()).isEqualTo(ErrorCode.ADDRESS_NOT_ALLOWED);
    assertThat(failure.text()).as("tells nothing about the network").doesNotContain(other);
  }

  @Test
  void asksForTheAddressOnceSoThatALaterAnswerChangesNothing() {
    AtomicInteger count = new AtomicInteger();
    HostResolver rebinding =
        _ -> List.of(InetAddress.ofLiteral(count.getAndIncrement() == 0 ? "10.0.0.1" : "8.8.8.8"));

    BackupException failure =
        failure("https://hooks.example/", OutboundPolicy.PUBLIC_ONLY, rebinding);

    assertThat(failure.code()).isEqualTo(ErrorCode.ADDRESS_NOT_ALLOWED);
    assertThat(asked).containsExactly("hooks.example");
  }

  @ParameterizedTest
  @CsvSource({
    "hooks.internal, 10.0.0.5, true",
    "HOOKS.internal., 10.0.0.5, true",
    "hooks.internal, 127.0.0.1, true",
    "hooks.internal, fd00::5, true",
    "hooks.internal, 169.254.1.1, false",
    "hooks.internal, 169.254.169.254, false",
    "hooks.internal, fd00:ec2::254, false",
    "hooks.internal, 224.0.0.1, false",
    "hooks.internal, 0.0.0.0, false",
    "other.internal, 10.0.0.5, false",
    "internal, 10.0.0.5, false",
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.1, true",
    "10.0.0.0/8, 192.168.0.1, false",
    "10.128.0.0/9, 10.127.255.255, false",
    "10.0.0.5, 10.0.0.5, true",
    "10.0.0.5, 10.0.0.6, false",
    "fd00:1::/32, fd00:1:2::3, true",
    "fd00:1::/32, fd00:2::3, false",
    "0.0.0.0/0, 169.254.169.254, false",
    "0.0.0.0/0, 127.0.0.1, true",
    "169.254.0.0/16, 169.254.1.1, true",
    "169.254.0.0/16, 169.254.169.254, false",
    "64:ff9b::/96, 64:ff9b::808:808, true",
    "64:ff9b::/96, 64:ff9b::7f00:1, false",
    "64:ff9b::/96, 64:ff9b::a9fe:a9fe, false",
    "::/0, 2002:7f00:1::, false"
  })
  void allowsWhatTheListNamesAndNothingElse(String list, String address, boolean isPermitted) {
    assertThat(
            OutboundPolicy.parse(list)
                .permits(new HostName("hooks.internal"), InetAddress.ofLiteral(address)))
        .isEqualTo(isPermitted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.0/33", "10.0.0.0/", "10/8", "fd00::/129", "a b", "*.internal", "x/8"})
  void refusesAListThatCannotBeRead(String list) {
    assertThatThrownBy(() -> OutboundPolicy.parse("ok.internal, " + list))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION));
  }
}
