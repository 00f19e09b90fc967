package io.holdfast.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/// Makes requests and shows no token.
record Stranger(String base, HttpClient http) implements AutoCloseable {
  Stranger(String base) {
    this(base, HttpClient.newHttpClient());
  }

  int status(String method, String path) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(URI.create(base + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  @Override
  public void close() {
    http.close();
  }
}
