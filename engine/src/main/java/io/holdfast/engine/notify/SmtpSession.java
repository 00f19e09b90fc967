package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/// One message over one connection to a mail server: as much of SMTP as handing in a message takes.
///
/// What the server says reaches no message but its code, and what is said to it none at all.
final class SmtpSession {
  private static final String LINE_END = "\r\n";

  private final SmtpServer server;
  private final Dialer dialer;
  private final Place place;
  private Socket socket;

  /// Whether words to the server leave this machine.
  enum Place {
    HERE,
    ELSEWHERE;

    static Place of(InetAddress connected) {
      return AddressKind.of(connected) == AddressKind.LOOPBACK ? HERE : ELSEWHERE;
    }
  }

  /// @param socket which the caller closes
  SmtpSession(Socket socket, Place place, SmtpServer server, Dialer dialer) {
    this.socket = socket;
    this.place = place;
    this.server = server;
    this.dialer = dialer;
  }

  /// Returns once the server took the message on.
  void send(EmailAddress recipient, String message) throws IOException {
    signIn(greet());
    expect(250, command("MAIL FROM:<" + server.from().text() + ">"), "the sender");
    expect(250, command("RCPT TO:<" + recipient.text() + ">"), "the recipient");
    expect(354, command("DATA"), "a message");
    expect(250, command(stuffed(message) + "."), "the message");
    write("QUIT" + LINE_END);
  }

  /// What the server can do, once words are as safe as they must be.
  private SmtpReply greet() throws IOException {
    if (server.safety() == SmtpServer.Safety.TLS) {
      secure();
    }
    expect(220, SmtpReply.read(socket.getInputStream()), "connections");
    SmtpReply hello = hello();
    boolean wantsTls =
        switch (server.safety()) {
          case TLS, NONE -> false;
          case STARTTLS -> place == Place.ELSEWHERE;
        };
    if (!wantsTls) {
      return hello;
    }
    if (hello.capability("STARTTLS").isEmpty()) {
      throw refused(
          server + " does not offer STARTTLS",
          "Use smtps://, or put ?starttls=no at the end of SMTP_URL if the way there is safe.");
    }
    expect(220, command("STARTTLS"), "STARTTLS");
    InputStream in = socket.getInputStream();
    if (in.available() > 0) {
      // somebody on the way put words there that would count as said under TLS
      throw new IOException("the server spoke before TLS began");
    }
    secure();
    return hello();
  }

  private void secure() throws IOException {
    socket = dialer.secure(socket, server.hostName(), server.port());
  }

  private SmtpReply hello() throws IOException {
    InetAddress own = socket.getLocalAddress();
    String address = own.getHostAddress().replaceAll("%.*", "");
    String literal = own instanceof Inet6Address ? "IPv6:" + address : address;
    SmtpReply reply = command("EHLO [" + literal + "]");
    expect(250, reply, "greetings");
    return reply;
  }

  private void signIn(SmtpReply hello) throws IOException {
    if (server.user().isEmpty()) {
      return;
    }
    if (server.safety() == SmtpServer.Safety.NONE && place == Place.ELSEWHERE) {
      throw refused(
          "a password would go to " + server + " for everybody on the way to read",
          "Take ?starttls=no out of SMTP_URL, or the user and the password.");
    }
    Optional<String> ways = hello.capability("AUTH");
    String password = server.password().expose();
    if (ways.filter(it -> it.matches(".*\\bPLAIN\\b.*")).isPresent()) {
      expect(
          235,
          command("AUTH PLAIN " + base64("\0" + server.user() + "\0" + password)),
          "user and password");
    } else if (ways.filter(it -> it.matches(".*\\bLOGIN\\b.*")).isPresent()) {
      expect(334, command("AUTH LOGIN"), "a user");
      expect(334, command(base64(server.user())), "the user");
      expect(235, command(base64(password)), "user and password");
    } else {
      throw refused(
          server + " takes no password in a way that is known here (PLAIN, LOGIN)",
          "Take user and password out of SMTP_URL if the server takes mail without them.");
    }
  }

  private SmtpReply command(String line) throws IOException {
    write(line + LINE_END);
    return SmtpReply.read(socket.getInputStream());
  }

  private void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  /// A line that begins with a dot gets another one, since a dot alone ends the message.
  private static String stuffed(String message) {
    return message.replace(LINE_END + ".", LINE_END + "..");
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private void expect(int code, SmtpReply reply, String what) {
    if (reply.code() == code || (code == 250 && reply.code() == 251)) {
      return;
    }
    String text = "%s does not take %s (%d)".formatted(server, what, reply.code());
    if (reply.code() / 100 == 4) {
      throw new BackupException(ErrorCode.RECEIVER_UNAVAILABLE, text, "");
    }
    throw refused(text, "Check SMTP_URL and the addresses; the server's log says more.");
  }

  private static BackupException refused(String text, String hint) {
    return new BackupException(ErrorCode.RECEIVER_REFUSED, text, hint);
  }
}
