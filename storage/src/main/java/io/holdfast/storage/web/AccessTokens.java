package io.holdfast.storage.web;

import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A token for a while: kept until shortly before it expires, then another one is asked for.
public final class AccessTokens {
  private static final Duration BEFORE_EXPIRY = Duration.ofMinutes(5);
  private static final long LIFETIME_SECONDS_MAX = 86_400 * 2L;
  private static final int DOCUMENT_BYTES_MAX = 64 << 10;
  private static final int SAID_LENGTH_MAX = 200;

  private final Source source;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Token current;

  public AccessTokens(Source source, InstantSource clock) {
    this.source = source;
    this.clock = clock;
  }

  /// Asks an identity service.
  @FunctionalInterface
  public interface Source {
    Token fetch(Instant now) throws IOException;
  }

  /// What a service accepts.
  public record Token(Secret value, Instant expires) {}

  /// The value of the header `Authorization`.
  public String bearer() throws IOException {
    lock.lock();
    try {
      Instant now = clock.instant();
      Token known = current;
      if (known == null || !now.isBefore(known.expires().minus(BEFORE_EXPIRY))) {
        known = source.fetch(now);
        current = known;
      }
      return "Bearer " + known.value().expose();
    } finally {
      lock.unlock();
    }
  }

  /// Sends a form to an identity service and takes the token from its answer.
  ///
  /// @param advice for a person whose credentials are refused
  public static Token byForm(
      WebClient client, WebRequest post, Map<String, String> form, Instant now, String advice)
      throws IOException {
    String body =
        form.entrySet().stream()
            .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
            .collect(Collectors.joining("&"));
    return by(
        client,
        post.with("Content-Type", "application/x-www-form-urlencoded")
            .carrying(ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8))),
        now,
        advice);
  }

  /// Sends a request to an identity service and takes the token from its answer.
  ///
  /// @param advice for a person whose credentials are refused
  public static Token by(WebClient client, WebRequest request, Instant now, String advice)
      throws IOException {
    WebAnswer answer;
    try {
      answer = client.ask(request, DOCUMENT_BYTES_MAX);
    } catch (WebFailure e) {
      throw new StoreUnavailableException(
          "no token could be got from " + request + ": " + e.getMessage(), e);
    }
    FlatJson json = FlatJson.of(answer.text()).orElse(null);
    String value = json == null ? "" : json.text("access_token");
    if (answer.isSuccess() && json != null && WebRequest.isHeaderValue(value)) {
      long seconds = Math.clamp(json.number("expires_in"), 0, LIFETIME_SECONDS_MAX);
      return new Token(new Secret(value), now.plusSeconds(seconds));
    }
    String said = json == null ? "" : ": " + shortened(json.text("error"));
    String message =
        "no token could be got from " + request + said + " (status " + answer.status() + ")";
    if (answer.status() == 429 || answer.status() >= 500) {
      throw new StoreUnavailableException(message);
    }
    throw new StoreRefusedException(ErrorCode.STORE_UNAVAILABLE, message, advice, null);
  }

  /// A text of somebody else, for a message.
  private static String shortened(String text) {
    return text.substring(0, Math.min(text.length(), SAID_LENGTH_MAX))
        .replaceAll("[\\p{Cntrl}\\s]+", " ");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
