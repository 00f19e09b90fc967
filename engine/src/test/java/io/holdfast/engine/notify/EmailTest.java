package io.holdfast.engine.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EmailTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
  private static final Duration LONG = Duration.ofSeconds(10);

  private static Notice notice() {
    return new Notice(
        Event.FAILURE,
        Event.FAILURE,
        "größer",
        "Backup failed: größer " + "🙂".repeat(40),
        List.of(".", "HF-2002: the store is away"),
        Instant.parse("2026-11-23T02:00:00Z"),
        "run-1",
        "Look.");
  }

  private static Outbound outbound(SSLSocketFactory tls, Duration limit) {
    return new Outbound(
        OutboundPolicy.PUBLIC_ONLY, _ -> List.of(HERE), tls, new OutboundLimits(limit, 1024));
  }

  private static Email email(Outbound outbound, String url) {
    return new Email(
        outbound, SmtpServer.parse(new Secret(url)), new EmailAddress("ops@example.org"));
  }

  private static Email plain(MailServer server, String more) {
    return email(
        outbound((SSLSocketFactory) SSLSocketFactory.getDefault(), LONG),
        "smtp://127.0.0.1:" + server.port() + more);
  }

  @Test
  void aMessageArrivesWhole() throws IOException {
    try (MailServer server = new MailServer(Optional.empty(), Map.of())) {
      plain(server, "?from=backup@example.com").send(notice());

      assertThat(server.commands())
          .startsWith(
              "EHLO [127.0.0.1]",
              "MAIL FROM:<backup@example.com>",
              "RCPT TO:<ops@example.org>",
              "DATA");
      String message = server.messages().getFirst();
      String head = message.substring(0, message.indexOf("\n\n"));
      assertThat(head)
          .contains("From: Holdfast <backup@example.com>\nTo: <ops@example.org>\n")
          .contains("\nDate: Mon, 23 Nov 2026 02:00:00 GMT\n")
          .contains("\nMessage-ID: <" + notice().id() + "@example.com>\n")
          .matches(Pattern.compile("[ -~\n]*"));
      assertThat(head.lines()).allMatch(line -> line.length() <= 78);
      assertThat(decodedSubject(head)).isEqualTo("[Holdfast] " + notice().subject());
      assertThat(
              new String(
                  Base64.getMimeDecoder().decode(message.substring(message.indexOf("\n\n"))),
                  StandardCharsets.UTF_8))
          .isEqualTo(String.join("\r\n", notice().lines()) + "\r\n");
    }
  }

  private static String decodedSubject(String head) {
    StringBuilder text = new StringBuilder();
    Pattern.compile("=\\?UTF-8\\?B\\?([^?]*)\\?=")
        .matcher(head)
        .results()
        .forEach(
            word ->
                text.append(
                    new String(Base64.getDecoder().decode(word.group(1)), StandardCharsets.UTF_8)));
    return text.toString();
  }

  @Test
  void thePasswordGoesOverTlsAlone(@TempDir Path directory) throws IOException {
    SSLContext context = TestCertificate.contextFor(directory, "dns:mail.example");
    try (MailServer server = new MailServer(Optional.of(context), Map.of("(tls first)", ""))) {
      email(
              outbound(context.getSocketFactory(), LONG),
              "smtps://me%40example.com:p%40ss@mail.example:" + server.port())
          .send(notice());

      assertThat(server.commands())
          .startsWith(
              "TLS",
              "EHLO [127.0.0.1]",
              "AUTH PLAIN "
                  + Base64.getEncoder()
                      .encodeToString("\0me@example.com\0p@ss".getBytes(StandardCharsets.UTF_8)));
      assertThat(server.messages()).hasSize(1);
    }
  }

  @Test
  void whatIsHereIsSaidByTheAddress() {
    assertThat(SmtpSession.Place.of(HERE)).isEqualTo(SmtpSession.Place.HERE);
    assertThat(SmtpSession.Place.of(InetAddress.ofLiteral("::1")))
        .isEqualTo(SmtpSession.Place.HERE);
    assertThat(SmtpSession.Place.of(InetAddress.ofLiteral("10.0.0.1")))
        .isEqualTo(SmtpSession.Place.ELSEWHERE);
  }

  @Test
  void elsewhereNothingButAGreetingIsSaidBeforeTls(@TempDir Path directory) throws IOException {
    SSLContext context = TestCertificate.contextFor(directory, "dns:mail.example");
    try (MailServer server = new MailServer(Optional.of(context), Map.of())) {
      elsewhere(server, context, "smtp://me:secret@mail.example?from=a@example.com");

      assertThat(server.commands())
          .startsWith("EHLO [127.0.0.1]", "STARTTLS", "TLS", "EHLO [127.0.0.1]")
          .element(4)
          .asString()
          .startsWith("AUTH PLAIN ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "smtp://me:secret@mail.example?from=a@example.com, 250 here",
    "smtp://mail.example?from=a@example.com, 250 here",
    "smtp://me:secret@mail.example?from=a@example.com&starttls=no, 250 AUTH PLAIN"
  })
  void elsewhereAServerWithoutTlsIsToldNoPasswordAndNoMessage(
      String url, String hello, @TempDir Path directory) throws IOException {
    SSLContext context = TestCertificate.contextFor(directory, "dns:mail.example");
    try (MailServer server = new MailServer(Optional.of(context), Map.of("EHLO", hello))) {
      assertThatThrownBy(() -> elsewhere(server, context, url))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.RECEIVER_REFUSED));
      assertThat(server.commands()).containsExactly("EHLO [127.0.0.1]");
    }
  }

  @Test
  void elsewhereWithoutTlsIsForThoseWhoSaySo(@TempDir Path directory) throws IOException {
    SSLContext context = TestCertificate.contextFor(directory, "dns:mail.example");
    try (MailServer server = new MailServer(Optional.of(context), Map.of())) {
      elsewhere(server, context, "smtp://mail.example?from=a@example.com&starttls=no");

      assertThat(server.messages()).hasSize(1);
      assertThat(server.commands()).doesNotContain("STARTTLS");
    }
  }

  @Test
  void wordsThatSomebodyPutBeforeTlsCountForNothing(@TempDir Path directory) throws IOException {
    SSLContext context = TestCertificate.contextFor(directory, "dns:mail.example");
    try (MailServer server =
        new MailServer(
            Optional.of(context), Map.of("STARTTLS", "220 go\r\n250-mail\r\n250 AUTH PLAIN"))) {
      assertThatThrownBy(
              () -> elsewhere(server, context, "smtp://me:secret@mail.example?from=a@example.com"))
          .isInstanceOf(IOException.class);
      assertThat(server.commands()).filteredOn(it -> it.startsWith("AUTH")).isEmpty();
    }
  }

  private static void elsewhere(MailServer server, SSLContext context, String url)
      throws IOException {
    Dialer dialer = new Dialer(_ -> List.of(HERE), context.getSocketFactory());
    try (DeadlineSocket socket = new DeadlineSocket(Deadline.after(LONG))) {
      socket.connectTo(new InetSocketAddress(HERE, server.port()), 1);
      SmtpServer named = SmtpServer.parse(new Secret(url));
      EmailAddress to = new EmailAddress("ops@example.org");
      new SmtpSession(socket, SmtpSession.Place.ELSEWHERE, named, dialer)
          .send(to, EmailText.of(notice(), named.from(), to));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "(greeting), 554 no, RECEIVER_REFUSED",
    "(greeting), 421 later, RECEIVER_UNAVAILABLE",
    "(greeting), HTTP/1.1 400 no, RECEIVER_UNAVAILABLE",
    "MAIL, 550 no, RECEIVER_REFUSED",
    "RCPT, 550 no, RECEIVER_REFUSED",
    "RCPT, 450 greylisted, RECEIVER_UNAVAILABLE",
    "DATA, 554 no, RECEIVER_REFUSED",
    "(body), 452 full, RECEIVER_UNAVAILABLE",
    "(body), 554 spam SECRETTEXT, RECEIVER_REFUSED",
    "AUTH, 535 no, RECEIVER_REFUSED",
    "AUTH, 454 later, RECEIVER_UNAVAILABLE"
  })
  void aRefusalSaysWhetherTryingAgainCanHelpAndRepeatsNothing(
      String word, String answer, ErrorCode code) throws IOException {
    try (MailServer server =
        new MailServer(Optional.empty(), Map.of(word, answer, "EHLO", "250 AUTH LOGIN PLAIN"))) {
      Email email =
          email(
              outbound((SSLSocketFactory) SSLSocketFactory.getDefault(), LONG),
              "smtp://me:SECRETPASSWORD@127.0.0.1:" + server.port() + "?from=a@example.com");

      BackupException failure =
          catchThrowableOfType(BackupException.class, () -> email.send(notice()));

      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace, true));
      assertThat(failure.code()).isEqualTo(code);
      assertThat(trace.toString()).doesNotContain("SECRET").contains("127.0.0.1");
    }
  }

  @Test
  void endsInTimeWhenTheServerTrickles() throws IOException {
    try (Receiver server =
        Receiver.interrupting((_, out, stopped) -> Receiver.trickle(out, stopped))) {
      Email email =
          email(
              outbound((SSLSocketFactory) SSLSocketFactory.getDefault(), Duration.ofMillis(100)),
              "smtp://127.0.0.1:" + server.port() + "?from=a@example.com");
      long begin = System.nanoTime();

      assertThatThrownBy(() -> email.send(notice())).isInstanceOf(BackupException.class);
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)).isLessThan(5_000);
    }
  }

  @Test
  void theServiceThatHandsOutCredentialsIsNoMailServer() {
    Email email =
        email(
            outbound((SSLSocketFactory) SSLSocketFactory.getDefault(), LONG),
            "smtp://169.254.169.254?from=a@example.com");

    assertThatThrownBy(() -> email.send(notice()))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ADDRESS_NOT_ALLOWED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mail.example",
        "http://mail.example",
        "smtp://user@mail.example?from=a@example.com",
        "smtp://:hunter2@mail.example?from=a@example.com",
        "smtp://a:hunter2@b@mail.example?from=a@example.com",
        "smtp://mail.example:0?from=a@example.com",
        "smtp://mail.example:99999?from=a@example.com",
        "smtp://mail.example?from=a@example.com&starttls=maybe",
        "smtp://mail.example?from=a@example.com&other=1",
        "smtp://mail.example?from=a%0d%0ab@example.com",
        "smtp://mail.example?from=hunter2",
        "smtp://me:hunter2@mail.example",
        "smtp://me:%zz@mail.example?from=a@example.com",
        "smtp://0x7f.1?from=a@example.com",
        "smtp://mail.example/path?from=a@example.com"
      })
  void aUrlThatCannotBeUsedIsRefusedAndNotRepeated(String url) {
    assertThatThrownBy(() -> SmtpServer.parse(new Secret(url)))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isIn(ErrorCode.BAD_URL, ErrorCode.BAD_CONFIGURATION);
              assertThat(e.text() + e.hint()).doesNotContain("hunter2").doesNotContain("mail.ex");
            });
  }

  @Test
  void portsAreThoseOfSubmission() {
    assertThat(SmtpServer.parse(new Secret("smtps://mail.example?from=a@b.example")).port())
        .isEqualTo(465);
    assertThat(SmtpServer.parse(new Secret("smtp://mail.example/?from=a@b.example")))
        .hasToString("mail server mail.example:587");
    assertThat(SmtpServer.parse(new Secret("smtp://u%3A+:a%2Fb+c@[::1]:25?from=a@b.example")))
        .satisfies(
            it -> {
              assertThat(it.user()).isEqualTo("u:+");
              assertThat(it.password().expose()).isEqualTo("a/b+c");
              assertThat(it.toString()).isEqualTo("mail server [::1]:25");
            });
  }

  @Test
  void nothingCanBePutBehindAnAddress() {
    List<String> wrong = new ArrayList<>(List.of("", "a", "@b.c", "a@", "a@1.2.3.4", "a@b@c"));
    wrong.addAll(List.of("a@b.c>", "a@b.c\r\nX: y", "a b@c.d", "ä@b.c", "a@b.c.", "..@b.c"));
    assertThat(wrong).allMatch(text -> EmailAddress.of(text).isEmpty());
    assertThat(EmailAddress.of("o'neil+x.y@mail-1.example.org")).isPresent();
  }
}
