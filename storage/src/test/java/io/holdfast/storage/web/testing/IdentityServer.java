package io.holdfast.storage.web.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// Answers every request with one document and keeps what was asked. It imitates services that give
/// tokens.
public final class IdentityServer implements AutoCloseable {
  private final HttpServer server;
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private volatile int status = 200;
  private volatile String document = "{}";

  private IdentityServer(HttpServer server) {
    this.server = server;
  }

  public static IdentityServer start() throws IOException {
    var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    var identity = new IdentityServer(http);
    http.createContext("/", identity::serve);
    http.start();
    return identity;
  }

  /// A request that came.
  public record Asked(String line, Map<String, List<String>> headers, String body) {
    public Asked {
      headers = Map.copyOf(headers);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      asked.add(
          new Asked(
              exchange.getRequestMethod() + " " + exchange.getRequestURI(),
              exchange.getRequestHeaders(),
              body));
      byte[] answer = document.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  public void answer(int newStatus, String newDocument) {
    status = newStatus;
    document = newDocument;
  }

  public List<Asked> asked() {
    return List.copyOf(asked);
  }

  public String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
