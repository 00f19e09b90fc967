package io.holdfast.storage.web.testing;

import io.holdfast.base.concurrent.Workers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Stands between a client and an HTTP server and misbehaves on demand. One request for each
/// connection. A put has the server to itself, so that a server whose puts are not atomic seems to
/// have atomic ones.
public final class FaultProxy implements AutoCloseable {
  private static final int HEAD_BYTES_MAX = 64 << 10;
  private static final int BODY_BYTES_MAX = 300 << 20;
  private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: *(\\d+)");

  private final ServerSocket listening;
  private final int serverPort;
  private final Workers acceptor = Workers.virtual("fault-proxy");
  private final Workers handlers = Workers.virtual("fault-proxy-request");
  private final ReadWriteLock turns = new ReentrantReadWriteLock();
  private final AtomicInteger requests = new AtomicInteger();
  private volatile Choice choice = _ -> Fault.none();

  private FaultProxy(ServerSocket listening, int serverPort) {
    this.listening = listening;
    this.serverPort = serverPort;
  }

  /// One before a server on this machine.
  public static FaultProxy before(int serverPort) throws IOException {
    var proxy =
        new FaultProxy(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), serverPort);
    proxy.acceptor.start(proxy::accept);
    return proxy;
  }

  /// Decides what happens to a request.
  @FunctionalInterface
  public interface Choice {
    /// @param line the request line, `PUT /bucket/key HTTP/1.1`
    Fault of(String line);

    /// As [#of(String)], where the headers matter.
    ///
    /// @param head the request line and all headers
    default Fault of(String line, String head) {
      return of(line);
    }
  }

  /// What happens to one request.
  public sealed interface Fault {
    static Fault none() {
      return new None();
    }

    record None() implements Fault {}

    /// The server does it, and the connection ends without an answer.
    record AnswerLost() implements Fault {}

    /// The connection is reset after half of the request's body.
    record ResetInBody() implements Fault {}

    /// The connection ends after half of the answer's body.
    record AnswerCut() implements Fault {}

    /// Half of the answer comes, and then nothing.
    record AnswerStalls() implements Fault {}

    /// The request is read, and nothing comes.
    record Silence() implements Fault {}

    /// The request is read, `then` runs, and nothing comes.
    record SilenceAfter(Runnable then) implements Fault {}

    /// The server never sees the request; this is the answer. A client that asked first is not let
    /// go on to the body.
    record Answer(int status, String code, String message) implements Fault {}

    /// The server never sees the request; the answer is 200 with this document.
    record Document(String xml) implements Fault {}

    /// The server gets the request without its condition.
    record ConditionLost() implements Fault {}

    /// The server does it; what matches `text` in the head of its answer is replaced.
    record AnswerChanged(String text, String by) implements Fault {}

    /// The server gets the request twice; its second answer is handed on.
    record Twice() implements Fault {}
  }

  public String endpoint() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  /// What happens from now on.
  public void choose(Choice newChoice) {
    choice = newChoice;
  }

  /// `fault` happens to the next `times` requests of that method.
  public void next(String method, int times, Fault fault) {
    var left = new AtomicInteger(times);
    choose(
        line -> line.startsWith(method + " ") && left.getAndDecrement() > 0 ? fault : Fault.none());
  }

  /// How many requests came so far.
  public int requests() {
    return requests.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        handlers.start(() -> serve(client));
      }
    } catch (IOException _) {
      // closed
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      String head = head(in);
      if (!head.isEmpty()) {
        requests.incrementAndGet();
        serve(client, in, head, choice.of(head.substring(0, head.indexOf('\r')), head));
      }
    } catch (IOException _) {
      // one of the two hung up
    }
  }

  private void serve(Socket client, InputStream in, String head, Fault fault) throws IOException {
    OutputStream out = client.getOutputStream();
    boolean isAsking = head.toLowerCase(Locale.ROOT).contains("\r\nexpect: 100-continue");
    int length = length(head);
    if (fault instanceof Fault.Answer(int status, String code, String message)) {
      if (!isAsking) {
        in.skipNBytes(length);
      }
      out.write(answer(head, status, code, message));
      return;
    }
    if (fault instanceof Fault.Document(String xml)) {
      out.write(document(200, xml, xml.length()));
      return;
    }
    if (isAsking) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    }
    byte[] body = in.readNBytes(fault instanceof Fault.ResetInBody ? length / 2 : length);
    switch (fault) {
      case Fault.ResetInBody _ -> client.setSoLinger(true, 0);
      case Fault.Silence _ -> awaitEnd(in);
      case Fault.SilenceAfter(Runnable then) -> {
        then.run();
        awaitEnd(in);
      }
      case Fault.AnswerLost _ -> ask(head, body);
      case Fault.None _ -> out.write(ask(head, body));
      case Fault.ConditionLost _ ->
          out.write(
              ask(
                  head.replaceAll("(?i)\r\n(if-none-match|x-goog-if-generation-match):[^\r]*", ""),
                  body));
      case Fault.AnswerChanged(String text, String by) ->
          out.write(changed(ask(head, body), text, by));
      case Fault.Twice _ -> {
        ask(head, body);
        out.write(ask(head, body));
      }
      case Fault.AnswerCut _ -> out.write(firstHalf(ask(head, body)));
      case Fault.AnswerStalls _ -> {
        out.write(firstHalf(ask(head, body)));
        out.flush();
        awaitEnd(in);
      }
      case Fault.Answer _, Fault.Document _ -> throw new IllegalStateException("answered before");
    }
  }

  /// The server's whole answer.
  private byte[] ask(String head, byte[] body) throws IOException {
    Lock turn = head.startsWith("PUT ") ? turns.writeLock() : turns.readLock();
    turn.lock();
    try (Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
      String closing =
          head.replaceAll("(?i)\r\n(expect|connection):[^\r]*", "")
              .replaceFirst("\r\n", "\r\nConnection: close\r\n");
      OutputStream out = server.getOutputStream();
      out.write(closing.getBytes(StandardCharsets.ISO_8859_1));
      out.write(body);
      out.flush();
      return closing(server.getInputStream().readNBytes(BODY_BYTES_MAX));
    } finally {
      turn.unlock();
    }
  }

  private static byte[] changed(byte[] answer, String text, String by) {
    String whole = new String(answer, StandardCharsets.ISO_8859_1);
    int body = whole.indexOf("\r\n\r\n");
    return (whole.substring(0, body).replaceAll(text, by) + whole.substring(body))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /// Says that the connection ends, which not every server repeats: a client that keeps it loses
  /// its next request now and then.
  private static byte[] closing(byte[] answer) throws IOException {
    var said = new ByteArrayOutputStream(answer.length + 32);
    int line = 0;
    while (line < answer.length && answer[line] != '\n') {
      line++;
    }
    if (line == answer.length) {
      return answer;
    }
    said.write(answer, 0, line + 1);
    said.write("Connection: close\r\n".getBytes(StandardCharsets.ISO_8859_1));
    said.write(answer, line + 1, answer.length - line - 1);
    return said.toByteArray();
  }

  private static byte[] firstHalf(byte[] answer) {
    String text = new String(answer, StandardCharsets.ISO_8859_1);
    int body = text.indexOf("\r\n\r\n") + 4;
    return java.util.Arrays.copyOf(answer, body + (answer.length - body) / 2);
  }

  private static void awaitEnd(InputStream in) throws IOException {
    while (in.read() >= 0) {
      // the client gives up some time
    }
  }

  private static byte[] answer(String head, int status, String code, String message) {
    String xml =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>"
            + code
            + "</Code><Message>"
            + message
            + "</Message></Error>";
    return document(status, head.startsWith("HEAD ") ? "" : xml, xml.length());
  }

  private static byte[] document(int status, String body, int length) {
    return ("HTTP/1.1 "
            + status
            + " x\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
            + length
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String head(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    int state = 0;
    while (state < 4 && head.size() < HEAD_BYTES_MAX) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.write(next);
      state = next == (state % 2 == 0 ? '\r' : '\n') ? state + 1 : next == '\r' ? 1 : 0;
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private static int length(String head) {
    Matcher matcher = LENGTH.matcher(head.toLowerCase(Locale.ROOT));
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  @Override
  public void close() throws IOException {
    listening.close();
    acceptor.join();
    acceptor.close();
    handlers.close();
  }
}
