package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The mail server that takes notices on: `smtps://USER:PASSWORD@HOST`, where TLS comes first, or
/// `smtp://…`, where it comes by STARTTLS. The server must offer that, unless it is on this machine
/// or `?starttls=no` is there. A password never goes to another machine without TLS.
///
/// Signs that mean something in a URL are escaped (`%40` for `@`). `?from=ADDRESS` is the sender;
/// without it the user must be an address.
///
/// @param host a name or an address, without brackets
/// @param user empty if nobody signs in
public record SmtpServer(
    String host, int port, Safety safety, String user, Secret password, EmailAddress from) {
  private static final int TLS_PORT = 465;
  private static final int SUBMISSION_PORT = 587;
  private static final int LENGTH_MAX = 2000;
  private static final String SETTING = "SMTP_URL";
  private static final Pattern URL =
      Pattern.compile(
          "(?i:(smtps?))://(?:([^@/?#\\s:]*)(?::([^@/?#\\s]*))?@)?([^@/?#:\\[\\]\\s]+|\\[[^@/?#\\[\\]\\s]+])"
              + "(?::([0-9]{1,5}))?/?(?:\\?([^#\\s]*))?");

  /// How the connection is protected.
  public enum Safety {
    /// TLS from the first byte on.
    TLS,
    /// TLS after STARTTLS, except on this machine.
    STARTTLS,
    /// None: somebody said so.
    NONE
  }

  /// @throws BackupException `BAD_URL` if the host is none
  public SmtpServer {
    host = HostName.alone(host).orElseThrow(SmtpServer::bad).name();
  }

  /// @throws BackupException `BAD_URL` or `BAD_CONFIGURATION`, without any part of the URL
  public static SmtpServer parse(Secret url) {
    String text = url.expose().strip();
    Matcher matcher = URL.matcher(text);
    if (text.length() > LENGTH_MAX || !matcher.matches()) {
      throw bad();
    }
    boolean isTls = matcher.group(1).length() == "smtps".length();
    HostName host = HostName.inUrl(matcher.group(4)).orElseThrow(SmtpServer::bad);
    int port = group(matcher, 5).map(Integer::parseInt).orElse(isTls ? TLS_PORT : SUBMISSION_PORT);
    Parameters parameters = Parameters.parse(group(matcher, 6).orElse(""));
    String user = decoded(group(matcher, 2).orElse(""));
    Secret password = new Secret(decoded(group(matcher, 3).orElse("")));
    if (port < 1 || port > 65_535 || user.isEmpty() != password.isEmpty()) {
      throw bad();
    }
    String sender = parameters.from().isEmpty() ? user : parameters.from();
    EmailAddress from = EmailAddress.of(sender).orElseThrow(SmtpServer::noSender);
    Safety safety = isTls ? Safety.TLS : parameters.safety();
    return new SmtpServer(host.name(), port, safety, user, password, from);
  }

  private record Parameters(Safety safety, String from) {
    static Parameters parse(String query) {
      Safety safety = Safety.STARTTLS;
      String from = "";
      for (String parameter : query.split("&", 10)) {
        int equals = parameter.indexOf('=');
        String name = equals < 0 ? parameter : parameter.substring(0, equals);
        String value = equals < 0 ? "" : decoded(parameter.substring(equals + 1));
        switch (name) {
          case "" -> {}
          case "from" -> from = value;
          case "starttls" -> {
            if (!value.equals("no") && !value.equals("yes")) {
              throw bad();
            }
            safety = value.equals("no") ? Safety.NONE : Safety.STARTTLS;
          }
          default -> throw bad();
        }
      }
      return new Parameters(safety, from);
    }
  }

  HostName hostName() {
    return new HostName(host);
  }

  /// Host and port alone.
  @Override
  public String toString() {
    return "mail server " + hostName().inUrl() + ":" + port;
  }

  private static Optional<String> group(Matcher matcher, int number) {
    return Optional.ofNullable(matcher.group(number));
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw bad();
    }
  }

  private static BackupException bad() {
    return new BackupException(
        ErrorCode.BAD_URL,
        "the URL of " + SETTING + " cannot be used",
        "Give smtps://USER:PASSWORD@HOST:PORT or smtp://..., with ?starttls=no or ?from=ADDRESS if"
            + " need be, and other signs in the password percent-encoded. The URL is not shown,"
            + " because it has a password.");
  }

  private static BackupException noSender() {
    return new BackupException(
        ErrorCode.BAD_CONFIGURATION,
        SETTING + " names no sender",
        "Put ?from=ADDRESS at its end; without that the user must be an address.");
  }
}
