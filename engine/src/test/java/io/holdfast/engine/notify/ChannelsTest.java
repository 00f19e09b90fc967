package io.holdfast.engine.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ChannelsTest {
  private static final Instant NOW = Instant.parse("2026-11-23T02:00:00Z");
  private static final String RUN = "0b7f3c9e-3c1e-4d0a-9b53-0d4d5f3f7a11";
  private static final Secret SECRET = new Secret("correct horse battery");

  private Receiver receiver = someReceiver();

  private static Receiver someReceiver() {
    try {
      return Receiver.saying(Receiver.OK);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void listen() throws IOException {
    receiver.close();
    receiver = Receiver.saying(Receiver.OK);
  }

  @AfterEach
  void stop() throws IOException {
    receiver.close();
  }

  private static Outbound outbound() {
    return Outbound.over(OutboundPolicy.parse("127.0.0.1"));
  }

  private Secret url(String path) {
    return new Secret("http://127.0.0.1:" + receiver.port() + path);
  }

  private Endpoint endpoint(String path) {
    return Endpoint.parse(url(path), "A_TEST");
  }

  private static Notice notice(Event event) {
    return new Notice(
        event,
        event == Event.RECOVERED ? Event.FAILURE : event,
        "app",
        "Something: app",
        List.of("a \"quoted\" <!channel> & more\n", "größer 🙂"),
        NOW,
        RUN,
        "Do it.");
  }

  private static String bodyOf(String request) {
    return request.substring(request.indexOf("\r\n\r\n") + 4);
  }

  private static String header(String request, String name) {
    Matcher matcher = Pattern.compile("\r\n" + name + ": (.*)\r\n").matcher(request);
    assertThat(matcher.find()).as("%s in %s", name, request).isTrue();
    return matcher.group(1);
  }

  @Test
  void slackGetsTextInWhichNothingIsACallToEverybody() {
    new SlackWebhook(outbound(), endpoint("/services/T/B/x")).send(notice(Event.FAILURE));

    assertThat(receiver.requests().getFirst()).startsWith("POST /services/T/B/x HTTP/1.1\r\n");
    assertThat(bodyOf(receiver.requests().getFirst()))
        .isEqualTo(
            "{\"text\":\"Something: app\\na \\\"quoted\\\" &lt;!channel&gt; &amp; more\\ngrößer 🙂"
                + "\\nRun: "
                + RUN
                + "\\nTime: 2026-11-23T02:00:00Z\\nWhat to do: Do it.\"}");
  }

  @Test
  void aWebhookIsSignedOverIdTimeAndBody() throws GeneralSecurityException {
    new SignedWebhook(outbound(), endpoint("/in"), SECRET, InstantSource.fixed(NOW))
        .send(notice(Event.FAILURE));

    String request = receiver.requests().getFirst();
    String id = header(request, "webhook-id");
    String timestamp = header(request, "webhook-timestamp");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(
        new SecretKeySpec(SECRET.expose().getBytes(StandardCharsets.UTF_8), mac.getAlgorithm()));
    byte[] expected =
        mac.doFinal(
            (id + "." + timestamp + "." + bodyOf(request)).getBytes(StandardCharsets.UTF_8));

    assertThat(timestamp).isEqualTo(Long.toString(NOW.getEpochSecond()));
    assertThat(header(request, "webhook-signature"))
        .isEqualTo("v1," + Base64.getEncoder().encodeToString(expected));
    assertThat(bodyOf(request))
        .contains(
            "{\"version\":1,\"id\":\"" + id + "\",\"event\":\"failure\",\"about\":\"failure\"")
        .contains("\"details\":[\"a \\\"quoted\\\" <!channel> & more\",\"größer 🙂\"]")
        .contains(
            "\"time\":\"2026-11-23T02:00:00Z\",\"runId\":\"" + RUN + "\",\"hint\":\"Do it.\"}");
  }

  /// The example of the convention's own specification.
  @Test
  void signsAsOthersWhoFollowTheConvention() {
    SigningKey key =
        SigningKey.parse(new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "A_TEST");

    assertThat(key.signatureOf("msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}"))
        .isEqualTo("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void aSecondDeliveryHasTheSameIdAndBodyAndItsOwnTime() {
    Notice notice = notice(Event.FAILURE);
    new SignedWebhook(outbound(), endpoint("/in"), SECRET, InstantSource.fixed(NOW)).send(notice);
    new SignedWebhook(outbound(), endpoint("/in"), SECRET, InstantSource.fixed(NOW.plusSeconds(9)))
        .send(notice);

    String first = receiver.requests().get(0);
    String second = receiver.requests().get(1);
    assertThat(bodyOf(second)).isEqualTo(bodyOf(first));
    assertThat(header(second, "webhook-id")).isEqualTo(header(first, "webhook-id"));
    assertThat(header(second, "webhook-timestamp"))
        .isNotEqualTo(header(first, "webhook-timestamp"));
    assertThat(header(second, "webhook-signature"))
        .isNotEqualTo(header(first, "webhook-signature"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "whsec_!!!", "whsec_AAAA", "fifteen letters"})
  void aSecretThatIsNoneIsRefusedAndNotRepeated(String secret) {
    assertThatThrownBy(
            () ->
                new SignedWebhook(
                    outbound(), endpoint("/in"), new Secret(secret), InstantSource.fixed(NOW)))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
              assertThat(e.text() + e.hint()).doesNotContain(secret);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "SUCCESS, /x/app?rid=",
    "FAILURE, /x/app/fail?rid=",
    "WAL_GAP, /x/app/fail?rid=",
    "KEY_OLD, /x/app/log?rid=",
    "MISSED_RUN, /x/app/log?rid=",
    "RECOVERED, ''",
    "OVERDUE, ''",
    "NEVER_SUCCEEDED, ''"
  })
  void aPingSaysHowItGoesAndNothingButASuccessIsASignOfLife(Event event, String path) {
    new HealthchecksPing(outbound(), url("/x/{source}")).send(notice(event));

    if (path.isEmpty()) {
      assertThat(receiver.requests()).isEmpty();
    } else {
      assertThat(receiver.requests().getFirst())
          .startsWith("POST " + path + RUN + " HTTP/1.1\r\n")
          .contains("\r\n\r\nSomething: app\n");
    }
  }

  @Test
  void aPingSaysThatARunBegins() {
    new HealthchecksPing(outbound(), url("/x/{source}/?a=b")).start("My App: Größe", "run-7");

    assertThat(receiver.requests().getFirst())
        .startsWith("POST /x/my-app-gr-e/start?a=b HTTP/1.1\r\n");
  }

  @Test
  void noNoticeHasAUserOfAUrlOrMoreThanOneLineInALine() {
    Notice notice =
        new Notice(
            Event.FAILURE,
            Event.FAILURE,
            "app\r\nBcc: somebody",
            "cannot reach postgresql://backup:hunter2@db.internal/app",
            List.of("x".repeat(5000), "see https://key@store.example/ and\u001b[2J"),
            NOW,
            "",
            "");

    assertThat(notice.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(600));
    assertThat(String.join("\n", notice.lines()))
        .doesNotContain("hunter2")
        .doesNotContain("key@")
        .doesNotContain("\u001b")
        .contains("postgresql://***@db.internal/app");
    assertThat(notice.source()).doesNotContain("\n").doesNotContain("\r");
  }
}
