package io.holdfast.storage.web;

import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.io.InterruptedIOException;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A token for a while: kept until shortly before it expires, then another one is asked for. While
/// one is valid, an identity service that fails harms nobody; once one was given, what the service
/// refuses counts as a trouble of that moment.
public final class AccessTokens {
  private static final Logger log = LoggerFactory.getLogger(AccessTokens.class);

  /// Services of machines keep a token themselves, and give a new one from five minutes on.
  private static final Duration BEFORE_EXPIRY = Duration.ofSeconds(225);

  private static final Duration BETWEEN_RENEWALS = Duration.ofSeconds(10);

  /// Two tokens that are refused within this time are no chance.
  private static final Duration BETWEEN_REFUSALS = Duration.ofMinutes(5);

  private static final long LIFETIME_SECONDS_MAX = 86_400 * 2L;
  private static final long LIFETIME_SECONDS_UNKNOWN = 300;
  private static final int DOCUMENT_BYTES_MAX = 64 << 10;
  private static final int SAID_LENGTH_MAX = 200;

  private final Source source;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Token current;
  private boolean hasGiven;
  private @Nullable Instant tried;
  private @Nullable Instant refused;

  public AccessTokens(Source source, InstantSource clock) {
    this.source = source;
    this.clock = clock;
  }

  /// Asks an identity service.
  @FunctionalInterface
  public interface Source {
    /// @throws StoreRefusedException if the service gives none, or is not there
    /// @throws StoreUnavailableException if it may give one later
    Token fetch(Instant now) throws IOException;
  }

  /// What a service accepts.
  public record Token(Secret value, Instant expires) {
    String header() {
      return "Bearer " + value.expose();
    }
  }

  /// The value of the header `Authorization`.
  ///
  /// @throws StoreRefusedException if no token was ever given and none will be
  public String bearer() throws IOException {
    Instant now = clock.instant();
    Token known = current;
    if (known != null && now.isBefore(known.expires().minus(BEFORE_EXPIRY))) {
      return known.header();
    }
    if (known == null || !now.isBefore(known.expires())) {
      lock.lock();
    } else if (!lock.tryLock()) {
      return known.header();
    }
    try {
      return renewed(now).header();
    } finally {
      lock.unlock();
    }
  }

  private Token renewed(Instant now) throws IOException {
    Token known = current;
    if (known != null && now.isBefore(known.expires().minus(BEFORE_EXPIRY))) {
      return known;
    }
    boolean isValid = known != null && now.isBefore(known.expires());
    if (known != null && isValid && isSoonAfter(tried, now, BETWEEN_RENEWALS)) {
      return known;
    }
    tried = now;
    try {
      Token token = source.fetch(now);
      current = token;
      hasGiven = true;
      return token;
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      if (known != null && isValid) {
        log.debug("the token is not renewed now, and stays valid for a while", e);
        return known;
      }
      if (hasGiven && e instanceof StoreRefusedException refusal) {
        var later =
            StoreUnavailableException.advising(
                refusal.advice(), String.valueOf(refusal.getMessage()));
        later.addSuppressed(refusal);
        throw later;
      }
      throw e;
    }
  }

  /// Told that a service did not accept a token: another one is asked for next time.
  ///
  /// @param bearer the header with which the request came
  /// @return whether to try again; false if one was not accepted shortly before either
  public boolean replaces(String bearer) {
    lock.lock();
    try {
      Token known = current;
      if (known == null || !known.header().equals(bearer)) {
        return true;
      }
      Instant now = clock.instant();
      boolean isFirst = !isSoonAfter(refused, now, BETWEEN_REFUSALS);
      current = null;
      refused = now;
      return isFirst;
    } finally {
      lock.unlock();
    }
  }

  private static boolean isSoonAfter(@Nullable Instant before, Instant now, Duration limit) {
    return before != null && !now.isBefore(before) && now.isBefore(before.plus(limit));
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
      if (e.isInterruption()) {
        var interrupted = new InterruptedIOException("interrupted while a token was asked for");
        interrupted.initCause(e);
        throw interrupted;
      }
      throw new StoreUnavailableException(
          "no token could be got from " + request + ": " + e.getMessage(), e);
    }
    FlatJson json = FlatJson.of(answer.text()).orElse(null);
    String value = json == null ? "" : json.text("access_token");
    if (answer.isSuccess() && json != null && WebRequest.isHeaderValue(value)) {
      return new Token(new Secret(value), now.plusSeconds(lifetimeSeconds(json, now)));
    }
    String said = json == null ? "" : ": " + shortened(json.text("error"));
    String message =
        "no token could be got from " + request + said + " (status " + answer.status() + ")";
    if (answer.status() == 429 || answer.status() >= 500) {
      throw new StoreUnavailableException(message);
    }
    throw new StoreRefusedException(ErrorCode.STORE_UNAVAILABLE, message, advice, null);
  }

  /// Some say how long, some until when, in seconds since 1970.
  private static long lifetimeSeconds(FlatJson json, Instant now) {
    long seconds = json.number("expires_in");
    if (seconds < 0) {
      long end = json.number("expires_on");
      seconds = end < 0 ? LIFETIME_SECONDS_UNKNOWN : end - now.getEpochSecond();
    }
    return Math.clamp(seconds, 0, LIFETIME_SECONDS_MAX);
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
