package io.holdfast.storage.web;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// A request before it is sent. Immutable but for its body, which nobody changes meanwhile.
public final class WebRequest {
  private static final Pattern SECRET = Pattern.compile("[\\x21-\\x7e]+");

  private final String method;
  private final URI uri;
  private final Map<String, String> headers;
  private final ByteBuffer body;

  private WebRequest(String method, URI uri, Map<String, String> headers, ByteBuffer body) {
    this.method = method;
    this.uri = uri;
    this.headers = headers;
    this.body = body;
  }

  public static WebRequest of(String method, URI uri) {
    return new WebRequest(method, uri, Map.of(), ByteBuffer.allocate(0));
  }

  /// Whether a secret can be the value of a header. What cannot must not get there: the client's
  /// refusal would quote it.
  public static boolean isHeaderValue(String secret) {
    return SECRET.matcher(secret).matches();
  }

  /// The same with one more header; names are told apart without regard to case.
  public WebRequest with(String name, String value) {
    Map<String, String> more = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    more.putAll(headers);
    more.put(name, value);
    return new WebRequest(method, uri, Collections.unmodifiableMap(more), body);
  }

  /// The same with these headers as well.
  public WebRequest with(Map<String, String> others) {
    WebRequest request = this;
    for (var header : others.entrySet()) {
      request = request.with(header.getKey(), header.getValue());
    }
    return request;
  }

  /// The same at another address.
  public WebRequest at(URI other) {
    return new WebRequest(method, other, headers, body);
  }

  /// The same with the remaining bytes of a buffer.
  public WebRequest carrying(ByteBuffer bytes) {
    return new WebRequest(method, uri, headers, bytes.slice());
  }

  public String method() {
    return method;
  }

  public URI uri() {
    return uri;
  }

  /// By name, in the order of names, to be looked up without regard to case.
  public Map<String, String> headers() {
    return headers;
  }

  public String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /// The body; its position is the caller's to move.
  public ByteBuffer body() {
    return body.duplicate();
  }

  public int bodyBytes() {
    return body.remaining();
  }

  /// Without headers and query, which hold secrets.
  @Override
  public String toString() {
    return method + " " + uri.getHost() + uri.getRawPath();
  }
}
