package io.holdfast.engine.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests to a receiver on this machine, which the policy of these tests allows by name.
@Timeout(60)
class OutboundTest {
  private static final OutboundLimits SHORT = new OutboundLimits(Duration.ofMillis(400), 1024);
  private static final OutboundLimits LONG = new OutboundLimits(Duration.ofSeconds(30), 1024);
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

  private static Outbound outbound(OutboundLimits limits, SSLSocketFactory tls) {
    return new Outbound(
        OutboundPolicy.parse("hooks.example, 127.0.0.0/8"), _ -> List.of(HERE), tls, limits);
  }

  private static Outbound outbound(OutboundLimits limits) {
    return outbound(limits, (SSLSocketFactory) SSLSocketFactory.getDefault());
  }

  private static OutboundRequest post(String url) {
    return new OutboundRequest(
        OutboundRequest.Method.POST,
        Endpoint.parse(new Secret(url), "A_TEST"),
        Map.of("Content-Type", "text/plain"),
        "größer");
  }

  @Test
  void sendsTheRequestToTheCheckedAddressUnderTheNameOfTheHost() throws IOException {
    try (Receiver receiver = Receiver.saying(Receiver.OK)) {
      outbound(LONG).send(post("http://hooks.example:" + receiver.port() + "/in?key=1"));

      assertThat(receiver.requests()).hasSize(1);
      assertThat(receiver.requests().getFirst())
          .startsWith("POST /in?key=1 HTTP/1.1\r\n")
          .contains("\r\nHost: hooks.example:" + receiver.port() + "\r\n")
          .contains("\r\nContent-Length: 8\r\n")
          .contains("\r\nContent-Type: text/plain\r\n")
          .endsWith("\r\n\r\ngrößer");
    }
  }

  @Test
  void readsAnAnswerBehindOthersThatOnlySayItIsOnItsWay() throws IOException {
    try (Receiver receiver =
        Receiver.saying("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 \r\n\r\n")) {
      OutboundRequest request = post("http://127.0.0.1:" + receiver.port());

      assertThatCode(() -> outbound(LONG).send(request)).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "301, RECEIVER_REFUSED",
    "302, RECEIVER_REFUSED",
    "307, RECEIVER_REFUSED",
    "308, RECEIVER_REFUSED",
    "400, RECEIVER_REFUSED",
    "404, RECEIVER_REFUSED",
    "408, RECEIVER_UNAVAILABLE",
    "410, RECEIVER_REFUSED",
    "429, RECEIVER_UNAVAILABLE",
    "500, RECEIVER_UNAVAILABLE",
    "503, RECEIVER_UNAVAILABLE"
  })
  void followsNoRedirectAndSaysWhetherTryingAgainCanHelp(int status, ErrorCode code)
      throws IOException {
    try (Receiver other = Receiver.saying(Receiver.OK);
        Receiver receiver =
            Receiver.saying(
                "HTTP/1.1 %d Other\r\nLocation: http://127.0.0.1:%d/\r\n\r\nsecret text"
                    .formatted(status, other.port()))) {
      OutboundRequest request = post("http://127.0.0.1:" + receiver.port());

      BackupException failure =
          catchThrowableOfType(BackupException.class, () -> outbound(LONG).send(request));

      assertThat(failure.code()).isEqualTo(code);
      assertThat(failure.text()).contains("status " + status).doesNotContain("secret text");
      assertThat(other.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 999 X\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: y",
        "220 smtp ready\r\n"
      })
  void doesNotTakeSomethingElseForAnAnswerAndRepeatsNoneOfIt(String said) throws IOException {
    try (Receiver receiver = Receiver.saying(said)) {
      OutboundRequest request = post("http://127.0.0.1:" + receiver.port());

      assertThatThrownBy(() -> outbound(LONG).send(request))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.RECEIVER_UNAVAILABLE);
                assertThat(e.text())
                    .isEqualTo(request.endpoint() + " gave no answer that can be read");
              });
    }
  }

  @Test
  void endsInTimeWhenTheAnswerTrickles() throws IOException {
    try (Receiver receiver = Receiver.plain((_, out, stopped) -> Receiver.trickle(out, stopped))) {
      assertEndsInTime(post("http://127.0.0.1:" + receiver.port()), SHORT);
    }
  }

  @Test
  void endsInTimeWhenTheHandshakeTrickles() throws IOException {
    try (Receiver receiver =
        Receiver.interrupting(
            (_, out, stopped) -> {
              out.write(new byte[] {22, 3, 3, 0x3f, 0});
              Receiver.trickle(out, stopped);
            })) {
      assertEndsInTime(post("https://hooks.example:" + receiver.port()), SHORT);
    }
  }

  @Test
  void endsInTimeWhenNobodyAnswersTheConnection() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertEndsInTime(post("https://hooks.example:" + silent.getLocalPort()), SHORT);
    }
  }

  private static void assertEndsInTime(OutboundRequest request, OutboundLimits limits) {
    long begin = System.nanoTime();
    assertThatThrownBy(() -> outbound(limits).send(request))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.RECEIVER_UNAVAILABLE));
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin))
        .as("milliseconds, of which a slow machine may need more")
        .isLessThan(limits.time().toMillis() + 4_000);
  }

  @Test
  void readsNoMoreOfTheHeadThanTheLimit() throws IOException {
    try (Receiver receiver =
        Receiver.plain(
            (_, out, stopped) -> {
              Receiver.write(out, "HTTP/1.1 200 OK\r\n");
              for (int i = 0; i < 5000 && stopped.getCount() > 0; i++) {
                Receiver.write(out, "X: y\r\n".repeat(100));
              }
            })) {
      OutboundRequest request = post("http://127.0.0.1:" + receiver.port());

      assertThatThrownBy(() -> outbound(LONG).send(request))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.getCause()).hasMessageContaining("too large"));
    }
  }

  @Test
  void writesTheLargestBodyToAReceiverThatReadsNothing() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertEndsInTime(
          new OutboundRequest(
              OutboundRequest.Method.POST,
              Endpoint.parse(new Secret("http://127.0.0.1:" + silent.getLocalPort()), "A_TEST"),
              Map.of(),
              "x".repeat(OutboundRequest.BODY_BYTES_MAX)),
          SHORT);
    }
  }

  @Test
  void speaksTlsToTheNameAndNotToTheAddress(@TempDir Path directory) throws IOException {
    SSLContext context = TestCertificate.contextFor(directory, "dns:hooks.example");
    try (Receiver receiver =
        Receiver.secure(context, (_, out, _) -> Receiver.write(out, Receiver.OK))) {
      outbound(LONG, context.getSocketFactory())
          .send(post("https://hooks.example:" + receiver.port() + "/x"));

      assertThat(receiver.requests().getFirst()).startsWith("POST /x HTTP/1.1");
    }
  }

  @Test
  void saysNothingToAReceiverWithTheCertificateOfAnotherName(@TempDir Path directory)
      throws IOException {
    SSLContext context = TestCertificate.contextFor(directory, "dns:other.example");
    try (Receiver receiver =
        Receiver.secure(context, (_, out, _) -> Receiver.write(out, Receiver.OK))) {
      OutboundRequest request = post("https://hooks.example:" + receiver.port() + "/x");

      assertThatThrownBy(() -> outbound(LONG, context.getSocketFactory()).send(request))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.RECEIVER_REFUSED));
      assertThat(receiver.requests()).allMatch(String::isEmpty);
    }
  }

  @Test
  void saysNothingToAReceiverWhoseCertificateNobodyKnows(@TempDir Path directory)
      throws IOException {
    SSLContext context = TestCertificate.contextFor(directory, "dns:hooks.example");
    try (Receiver receiver =
        Receiver.secure(context, (_, out, _) -> Receiver.write(out, Receiver.OK))) {
      OutboundRequest request = post("https://hooks.example:" + receiver.port() + "/x");

      assertThatThrownBy(() -> outbound(LONG).send(request))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.RECEIVER_REFUSED));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 500 X\r\n\r\n", "HTTP/1.1 302 X\r\n\r\n", "nonsense", ""})
  void noMessageAndNoTraceHasThePathOfTheUrl(String answer) throws IOException {
    try (Receiver receiver = Receiver.saying(answer)) {
      OutboundRequest request =
          post("http://127.0.0.1:" + receiver.port() + "/T000/SECRETPATH?key=SECRETKEY");

      BackupException failure =
          catchThrowableOfType(BackupException.class, () -> outbound(LONG).send(request));

      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace, true));
      assertThat(trace + failure.hint() + request + request.endpoint())
          .doesNotContain("SECRET")
          .contains("127.0.0.1");
    }
  }
}
