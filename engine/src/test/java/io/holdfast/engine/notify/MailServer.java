package io.holdfast.engine.notify;

import io.holdfast.base.concurrent.Task;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// A mail server of a few commands on the loopback address. Answers by the first word of a command,
/// which a test may change.
final class MailServer implements AutoCloseable {
  private final ServerSocket server;
  private final Optional<SSLContext> tls;
  private final Map<String, String> answers;
  private final Task task;
  private final List<String> commands = Collections.synchronizedList(new ArrayList<>());
  private final List<String> messages = Collections.synchronizedList(new ArrayList<>());

  /// @param answers instead of the usual ones: `RCPT` and `550 no`; `(body)` for the message itself
  MailServer(Optional<SSLContext> tls, Map<String, String> answers) throws IOException {
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.tls = tls;
    this.answers = answers;
    this.task = Task.start("mail-server", this::listen);
  }

  int port() {
    return server.getLocalPort();
  }

  /// What was said, with `TLS` where it began.
  List<String> commands() {
    return List.copyOf(commands);
  }

  List<String> messages() {
    return List.copyOf(messages);
  }

  @Override
  public void close() throws IOException {
    server.close();
    try {
      task.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        talk(socket);
      } catch (IOException _) {
        // the client went away, or the test is over
      }
    }
  }

  private void talk(Socket plain) throws IOException {
    Socket socket = plain;
    if (answers.containsKey("(tls first)")) {
      socket = secure(plain);
    }
    say(socket, answers.getOrDefault("(greeting)", "220 here"));
    while (true) {
      String line = line(socket.getInputStream());
      commands.add(line);
      String word = line.split(" ", 2)[0];
      say(socket, answers.getOrDefault(word, usual(word)));
      if (word.equals("STARTTLS")) {
        socket = secure(plain);
      } else if (word.equals("DATA") && !answers.containsKey("DATA")) {
        messages.add(message(socket.getInputStream()));
        say(socket, answers.getOrDefault("(body)", "250 taken"));
      } else if (word.equals("QUIT")) {
        return;
      }
    }
  }

  private String usual(String word) {
    return switch (word) {
      case "EHLO" -> tls.isPresent() ? "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN" : "250 here";
      case "STARTTLS" -> "220 go";
      case "DATA" -> "354 go";
      case "AUTH" -> "235 yes";
      default -> "250 fine";
    };
  }

  private Socket secure(Socket plain) throws IOException {
    SSLSocket secure =
        (SSLSocket) tls.orElseThrow().getSocketFactory().createSocket(plain, null, true);
    secure.setUseClientMode(false);
    secure.startHandshake();
    commands.add("TLS");
    return secure;
  }

  private static void say(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("over");
      }
      text.append((char) next);
    }
    return text.substring(0, text.length() - 2);
  }

  private static String message(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = line(in); !line.equals("."); line = line(in)) {
      lines.add(line.startsWith(".") ? line.substring(1) : line);
    }
    return String.join("\n", lines);
  }
}
