package io.holdfast.storage.web;

import io.holdfast.base.BackupException;
import io.holdfast.storage.Pace;
import io.holdfast.storage.ReadBuffers;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.web.ReadBody.Limit;
import io.holdfast.storage.web.WebFailure.Sent;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Sends each request once, by the JDK's client, and bounds what it waits for and what it reads.
public final class WebClient implements AutoCloseable {
  private static final int REFUSAL_BYTES_MAX = 64 << 10;

  private final HttpClient http;
  private final WebTimeouts timeouts;
  private final Pace pace;
  private final ReadBuffers buffers = new ReadBuffers();

  private WebClient(HttpClient http, WebTimeouts timeouts, Pace pace) {
    this.http = http;
    this.timeouts = timeouts;
    this.pace = pace;
  }

  /// A client for a service on the network, by way of the proxy that the environment names.
  ///
  /// @param caFile PEM file with the only authorities that are trusted; empty for those of the Java
  ///   runtime
  /// @throws BackupException `BAD_URL` if the file or the proxy cannot be used
  public static WebClient to(String caFile, StoreContext context, WebTimeouts timeouts) {
    HttpClient.Builder builder = builder(timeouts).proxy(EnvironmentProxy.of(context));
    if (!caFile.isEmpty()) {
      builder.sslContext(CaFile.context(Path.of(caFile)));
    }
    return new WebClient(builder.build(), timeouts, context.pace());
  }

  /// A client for a service of this machine or of its cloud, which no proxy reaches.
  public static WebClient nearby() {
    return new WebClient(
        builder(WebTimeouts.NEARBY).proxy(HttpClient.Builder.NO_PROXY).build(),
        WebTimeouts.NEARBY,
        Pace.FREE);
  }

  private static HttpClient.Builder builder(WebTimeouts timeouts) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(timeouts.connect());
  }

  /// The bytes of a blob, which the answer must announce.
  WebAnswer blob(WebRequest request, int bytesMax) throws IOException {
    return send(request, new Limit.Exact(bytesMax));
  }

  /// The bytes of a blob that nobody needs any more.
  void giveBack(byte[] array) {
    buffers.giveBack(array);
  }

  /// A document of at most `bytesMax` bytes, or none. Of a refusal comes only the beginning.
  ///
  /// @throws WebFailure if no whole answer came
  public WebAnswer ask(WebRequest request, int bytesMax) throws IOException {
    return send(request, new Limit.UpTo(bytesMax));
  }

  private WebAnswer send(WebRequest request, Limit wanted) throws IOException {
    var transfer = new Transfer(request.bodyBytes(), timeouts, pace);
    var body = new SentBody(request.body(), transfer);
    HttpRequest.Builder builder = HttpRequest.newBuilder(request.uri());
    request.headers().forEach(builder::header);
    BodyPublisher publisher =
        request.bodyBytes() == 0
            ? BodyPublishers.noBody()
            : BodyPublishers.fromPublisher(
                BodyPublishers.ofInputStream(() -> body), request.bodyBytes());
    builder.method(request.method(), publisher);
    boolean isHead = request.method().equals("HEAD");
    CompletableFuture<HttpResponse<WebAnswer.Body>> future =
        http.sendAsync(
            builder.build(),
            info -> {
              transfer.answered();
              if (isHead) {
                return BodySubscribers.replacing(new WebAnswer.Body.Whole(new byte[0]));
              }
              boolean isSuccess = info.statusCode() >= 200 && info.statusCode() < 300;
              return new ReadBody(
                  isSuccess ? wanted : new Limit.Beginning(REFUSAL_BYTES_MAX),
                  announced(info),
                  transfer,
                  buffers);
            });
    HttpResponse<WebAnswer.Body> response = await(future, body, transfer);
    return new WebAnswer(request, response.statusCode(), response.headers(), response.body());
  }

  private static long announced(HttpResponse.ResponseInfo info) {
    try {
      return info.headers().firstValueAsLong("content-length").orElse(-1);
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  private <T> T await(CompletableFuture<T> future, SentBody body, Transfer transfer)
      throws IOException {
    long silence = timeouts.silence().toNanos();
    while (true) {
      long seen = transfer.moves();
      long left = transfer.leftNanos();
      try {
        return future.get(Math.max(1, Math.min(left, silence)), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        boolean isSilent =
            left >= silence
                && transfer.moves() == seen
                && !transfer.isHeld()
                && !transfer.isServiceAtWork();
        if (isSilent || transfer.leftNanos() <= 0) {
          future.cancel(true);
          throw new WebFailure(
              isSilent
                  ? "no answer for " + timeouts.silence().toMillis() + " ms"
                  : "it is too slow",
              sent(body),
              e);
        }
      } catch (InterruptedException e) {
        future.cancel(true);
        Thread.currentThread().interrupt();
        throw new WebFailure("interrupted", sent(body), e);
      } catch (ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        if (cause instanceof Error error) {
          throw error;
        }
        throw new WebFailure(reason(cause), sent(body), cause);
      }
    }
  }

  private static Sent sent(SentBody body) {
    return body.isComplete() ? Sent.WHOLE : Sent.NOT_ALL;
  }

  private static String reason(Throwable failure) {
    Throwable root = failure;
    for (int depth = 0; depth < 20 && root.getCause() != null; depth++) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? "" : root.getMessage();
    String type = root.getClass().getSimpleName().replace("Exception", "");
    return message.isEmpty() ? type : type + ": " + message;
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
