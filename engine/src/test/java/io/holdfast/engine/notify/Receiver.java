package io.holdfast.engine.notify;

import io.holdfast.base.concurrent.Task;
import java.io.ByteArrayOutputStream;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/// Listens on the loopback address, keeps what it was sent, and answers as a test tells it.
final class Receiver implements AutoCloseable {
  private static final int TRICKLED_MAX = 400;

  static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final ServerSocket server;
  private final Answer answer;
  private final Manners manners;
  private final Task task;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

  /// What one connection gets.
  @FunctionalInterface
  interface Answer {
    void give(int number, OutputStream out, CountDownLatch stopped)
        throws IOException, InterruptedException;
  }

  /// Whether it waits for the request before it speaks.
  private enum Manners {
    LISTENS,
    INTERRUPTS
  }

  private Receiver(ServerSocket server, Answer answer, Manners manners) {
    this.server = server;
    this.answer = answer;
    this.manners = manners;
    this.task = Task.start("receiver", this::listen);
  }

  static Receiver plain(Answer answer) throws IOException {
    return new Receiver(
        new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), answer, Manners.LISTENS);
  }

  /// Speaks without having been asked.
  static Receiver interrupting(Answer answer) throws IOException {
    return new Receiver(
        new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), answer, Manners.INTERRUPTS);
  }

  static Receiver saying(String... answers) throws IOException {
    return plain((number, out, _) -> write(out, answers[Math.min(number, answers.length - 1)]));
  }

  static Receiver secure(SSLContext context, Answer answer) throws IOException {
    return new Receiver(
        context
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
        answer,
        Manners.LISTENS);
  }

  static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  /// A byte now and then, for much longer than whoever listens should, but not for ever.
  static void trickle(OutputStream out, CountDownLatch stopped)
      throws IOException, InterruptedException {
    write(out, "HTTP/1.1 200 OK\r\nX: ");
    for (int i = 0; i < TRICKLED_MAX && !stopped.await(20, TimeUnit.MILLISECONDS); i++) {
      write(out, "x");
    }
  }

  int port() {
    return server.getLocalPort();
  }

  /// Head and body of each, in order.
  List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() throws IOException {
    stopped.countDown();
    server.close();
    try {
      task.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen() {
    int number = 0;
    while (true) {
      try (Socket socket = server.accept()) {
        if (manners == Manners.LISTENS) {
          requests.add(request(socket.getInputStream()));
        }
        answer.give(number++, socket.getOutputStream(), stopped);
      } catch (IOException _) {
        if (server.isClosed()) {
          return;
        }
      } catch (InterruptedException _) {
        return;
      }
    }
  }

  private static String request(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int rest = Integer.MAX_VALUE;
    while (rest > 0) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      all.write(next);
      rest--;
      String text = all.toString(StandardCharsets.UTF_8);
      if (rest > 1 << 20 && text.endsWith("\r\n\r\n")) {
        var length = java.util.regex.Pattern.compile("Content-Length: (\\d+)").matcher(text);
        rest = length.find() ? Integer.parseInt(length.group(1)) : 0;
      }
    }
    return all.toString(StandardCharsets.UTF_8);
  }
}
