package io.holdfast.storage.web;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/// What a service answered.
public final class WebAnswer {
  private final WebRequest request;
  private final int status;
  private final HttpHeaders headers;
  private final Body body;

  WebAnswer(WebRequest request, int status, HttpHeaders headers, Body body) {
    this.request = request;
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /// What came of the answer's body.
  public sealed interface Body {
    /// All of it, or the beginning of a refusal.
    final class Whole implements Body {
      private final byte[] bytes;

      Whole(byte[] bytes) {
        this.bytes = bytes;
      }

      /// They belong to the caller.
      public byte[] bytes() {
        return bytes;
      }
    }

    /// It is longer than was wanted; none, or little, was read.
    record TooLong(long bytes) implements Body {}

    /// The answer does not say how long it is, which the bytes of a blob must.
    record WithoutLength() implements Body {}
  }

  /// What was asked.
  WebRequest request() {
    return request;
  }

  public int status() {
    return status;
  }

  public boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  public Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  /// The length that the answer announces; empty if none or a senseless one.
  public OptionalLong length() {
    try {
      OptionalLong length = headers.firstValueAsLong("content-length");
      return length.isPresent() && length.getAsLong() >= 0 ? length : OptionalLong.empty();
    } catch (NumberFormatException _) {
      return OptionalLong.empty();
    }
  }

  public Body body() {
    return body;
  }

  /// The body as text; empty where it did not come whole.
  public String text() {
    return body instanceof Body.Whole whole
        ? new String(whole.bytes(), StandardCharsets.UTF_8)
        : "";
  }
}
